#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# embed.sh FILE  prints the bytes of FILE as the inside of a C array:
#     static const unsigned char demo[] = {
#     #include "generated/scenarios/demo.yaml.inc"
#     };
set -eu
od -An -v -tx1 "$1" | sed 's/  *\([0-9a-f][0-9a-f]\)/0x\1,/g'
