#!/usr/bin/env python3
"""The identity of each frame of a recorded file, as ffmpeg reads it.

    tests/cameras/frames.py FILE…                    one line a video frame: "pts_micros md5"
    tests/cameras/frames.py --track audio FILE…      the same for sound, copied as it is

The identity of a video frame is the MD5 of its VCL NAL units alone, each behind a start code: what
`ffmpeg -c copy -bsf:v filter_units -f framemd5` makes of it. tests/cameras/gst_camera.py logs the same for
what it sent.
"""

import argparse
import subprocess
import sys
from fractions import Fraction

VCL = {"h264": "1-5", "hevc": "0-31"}


def codec_of(path, track):
    """The name that ffprobe gives to the codec of the file's first such track; "" without one."""
    command = ["ffprobe", "-v", "error", "-select_streams", track[0], "-show_entries", "stream=codec_name",
               "-of", "csv=p=0", path]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def frames(path, track="video"):
    """(pts in microseconds, md5) of each frame, in the order of the file."""
    codec = codec_of(path, track)
    if not codec:
        return []
    command = ["ffmpeg", "-v", "error", "-i", path, "-map", f"0:{track[0]}:0", "-c", "copy"]
    if codec in VCL:
        command += ["-bsf:v", f"filter_units=pass_types={VCL[codec]}"]
    command += ["-f", "framemd5", "-"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    time_base = Fraction(1, 1000)
    found = []
    for line in lines:
        if line.startswith("#tb"):
            time_base = Fraction(line.split(":")[1].strip())
        elif not line.startswith("#"):
            fields = [field.strip() for field in line.split(",")]
            found.append((int(int(fields[2]) * time_base * 1_000_000), fields[5]))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--track", choices=["video", "audio"], default="video")
    options = parser.parse_args()
    for path in options.files:
        for pts, digest in frames(path, options.track):
            sys.stdout.write(f"{pts} {digest}\n")


if __name__ == "__main__":
    main()
