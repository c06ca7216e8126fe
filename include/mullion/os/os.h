/* SPDX-License-Identifier: Apache-2.0 */
/* The two words that everything in core/os is about: which OS, and how sure. */
#ifndef MN_OS_H
#define MN_OS_H

typedef enum mn_os { MN_OS_UNKNOWN, MN_OS_LINUX, MN_OS_WINDOWS } mn_os;

/* One scale for every signal.
 *
 * decisive  the Pod says so itself, and something in the cluster enforces it
 * strong    nothing else makes sense: enough to leave the default OS
 * medium    usually right: reported, contradicts, never leaves the default OS
 * weak      a hint: reported
 */
typedef enum mn_strength {
    MN_STRENGTH_NONE,
    MN_STRENGTH_WEAK,
    MN_STRENGTH_MEDIUM,
    MN_STRENGTH_STRONG,
    MN_STRENGTH_DECISIVE,
} mn_strength;

enum { MN_OS_COUNT = MN_OS_WINDOWS + 1, MN_STRENGTH_COUNT = MN_STRENGTH_DECISIVE + 1 };

/* "unknown", "linux", "windows"; "none", "weak", ... */
const char *mn_os_name(mn_os os);
const char *mn_strength_name(mn_strength strength);

#endif
