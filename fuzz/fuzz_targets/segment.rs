//! The readers of segment files: recovery, scanner, init section.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nightjar_format::scan::FragmentScanner;

fuzz_target!(|data: &[u8]| {
    if let Ok(recovered) = nightjar_format::recover(&data) {
        assert!(recovered.valid_len <= data.len() as u64);
        let _ = recovered.builder.finish();
    }
    if let Ok(mut scanner) = FragmentScanner::open(&data) {
        while let Ok(Some(fragment)) = scanner.next(&data) {
            assert!(fragment.offset + fragment.len <= data.len() as u64);
        }
    }
    let _ = nightjar_format::parse_init(&data.to_vec().into());
});
