//! Argon2id hashes in the PHC form, computed in memory that the system gets back.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use nightjar_model::Secret;

use crate::{AccessError, random};

/// Blocks of 1 KiB beyond which glibc gives every allocation a mapping of its own, which ends with it
/// (mallopt(3), `M_MMAP_THRESHOLD`). Smaller ones it keeps: 13 hashes left 200 MiB behind.
const OWN_MAPPING: usize = 33 * 1_024;

/// The hash of a password.
pub(super) fn hash(params: &Params, password: &Secret) -> Result<Secret, AccessError> {
    let failed = || AccessError::Crypto("hashing a password failed");
    let salt = Salt::new(&random::bytes::<16>()?).map_err(|_| failed())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let output = output(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN).ok_or_else(failed)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_| failed())?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(Secret::new(hash.to_string()))
}

/// Whether a password has this hash; compared in constant time.
pub(super) fn fits(hash: &PasswordHash, password: &Secret) -> bool {
    let computed = || {
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = Version::try_from(hash.version?).ok()?;
        let argon2 = Argon2::new(algorithm, version, Params::try_from(hash).ok()?);
        output(&argon2, password, hash.salt.as_ref()?, hash.hash?.len())
    };
    hash.hash.is_some() && computed() == hash.hash
}

fn output(argon2: &Argon2<'_>, password: &Secret, salt: &[u8], length: usize) -> Option<Output> {
    let blocks = argon2.params().block_count();
    // What is reserved beyond the blocks is never touched, so it is no memory.
    let mut memory = Vec::with_capacity(blocks.max(OWN_MAPPING));
    memory.resize(blocks, Block::new());
    let mut bytes = [0; Output::MAX_LENGTH];
    let bytes = bytes.get_mut(..length)?;
    argon2.hash_password_into_with_memory(password.expose().as_bytes(), salt, bytes, &mut memory[..]).ok()?;
    Output::new(bytes).ok()
}
