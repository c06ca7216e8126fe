/* SPDX-License-Identifier: Apache-2.0 */
/* Windows builds, what they are called, and which container runs on which host.
 *
 * Two names may mean one build (Server 2019 and version 1809 are both 17763);
 * compatibility follows the build. Every function is pure and total: odd text is
 * "not a version", never an error.
 */
#ifndef MN_WINBUILD_H
#define MN_WINBUILD_H

#include "mullion/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "10.0.20348.825"; the revision (UBR) is often not said. */
typedef struct mn_win_version {
    uint16_t major, minor, build;
    bool has_revision;
    uint32_t revision;
} mn_win_version;

/* Reads "10.0.17763", "10.0.20348.825" and the old "10.0 14393 (14393.1715....)".
 * What follows must not be a letter or digit. False leaves *out untouched. */
bool mn_win_version_parse(mn_str text, mn_win_version *out);

typedef enum mn_win_channel {
    MN_WIN_LTSC,
    MN_WIN_SAC,
    MN_WIN_ANNUAL, /* hosts for containers only: no base images of its own */
    MN_WIN_CLIENT,
    MN_WIN_INSIDER,
} mn_win_channel;

/* A row of winbuild.def. Lists are words separated by blanks, lower case. */
typedef struct mn_winbuild {
    uint16_t build;
    mn_win_channel channel;
    const char *name;     /* "Windows Server 2019 / 1809" */
    const char *sure;     /* tag tokens that mean this build wherever they stand */
    const char *beside;   /* ... only next to something that already says Windows */
    const char *os_sku;   /* value of kubernetes.azure.com/os-sku; "" none */
    const char *os_image; /* parts of nodeInfo.osImage, separated by '|'; "" none */
} mn_winbuild;

extern const mn_winbuild mn_winbuilds[];
extern const size_t mn_winbuild_count;

/* NULL when the table does not know it. Tokens compare without case. */
const mn_winbuild *mn_winbuild_find(uint16_t build);
const mn_winbuild *mn_winbuild_find_sure(mn_str token);
const mn_winbuild *mn_winbuild_find_beside(mn_str token);
const mn_winbuild *mn_winbuild_find_os_sku(mn_str value);
const mn_winbuild *mn_winbuild_find_os_image(mn_str os_image);
const char *mn_win_channel_name(mn_win_channel channel);

/* A small sorted set of builds. All zero means "any build": nothing was said. */
enum { MN_BUILD_SET_MAX = 14 };
typedef struct mn_build_set {
    bool bounded; /* false: any build; true with count 0: no build at all */
    uint8_t count;
    uint16_t builds[MN_BUILD_SET_MAX];
} mn_build_set;

mn_build_set mn_build_set_of(uint16_t build);
bool mn_build_set_has(const mn_build_set *set, uint16_t build);
bool mn_build_set_equal(const mn_build_set *a, const mn_build_set *b);

/* Into a bounded set. A set that overflows becomes "any": it then excludes nothing. */
void mn_build_set_add(mn_build_set *set, uint16_t build);
mn_build_set mn_build_set_intersect(const mn_build_set *a, const mn_build_set *b);

/* "10.0.17763", "10.0.17763 or 10.0.20348", "any build", "no build"; cut to fit. */
enum { MN_BUILD_SET_TEXT = MN_BUILD_SET_MAX * 16 };
const char *mn_build_set_format(const mn_build_set *set, char buffer[MN_BUILD_SET_TEXT]);

/* What containerd enforces when it selects an image, by generation.
 *
 * EXACT  equal builds
 * ABI_1  host before 20348: equal; else 20348 <= image <= host
 * ABI_2  the same, but on hosts newer than 26100: 26100 <= image <= host
 * AUTO   not a rule: asks the node's containerd version
 */
typedef enum mn_build_rule {
    MN_BUILD_RULE_AUTO,
    MN_BUILD_RULE_EXACT,
    MN_BUILD_RULE_ABI_1,
    MN_BUILD_RULE_ABI_2,
} mn_build_rule;

enum { MN_BUILD_RULE_COUNT = MN_BUILD_RULE_ABI_2 + 1 };

/* "auto", "exact", "abi-1", "abi-2" */
const char *mn_build_rule_name(mn_build_rule rule);
bool mn_build_rule_parse(mn_str text, mn_build_rule *out);

/* From nodeInfo.containerRuntimeVersion ("containerd://1.7.33-1"); AUTO when the
 * runtime is another one or does not say its version. */
mn_build_rule mn_build_rule_of_runtime(mn_str runtime);

/* A row of winrule.def: from this containerd version on, up to the next row. */
typedef struct mn_containerd_rule {
    uint16_t major, minor, patch;
    mn_build_rule rule;
    const char *until; /* "1.6.22": the last version of it, for the docs */
} mn_containerd_rule;

extern const mn_containerd_rule mn_containerd_rules[];
extern const size_t mn_containerd_rule_count;

/* Process isolation. 0 stands for "not known" and matches anything, as an image
 * without os.version does. `rule` is not AUTO. */
bool mn_winbuild_runs(uint16_t host, uint16_t image, mn_build_rule rule);

/* Hyper-V isolation: an image as old as the host or older; never a newer one. */
bool mn_winbuild_runs_in_hyperv(uint16_t host, uint16_t image);

/* mn_winbuild_runs, and Server 2016 wants the very revision where both are known. */
bool mn_win_version_runs(const mn_win_version *host, const mn_win_version *image,
                         mn_build_rule rule);

/* Both are 17763 and stand on different sides of the update of February 2020:
 * Pods run, 32-bit processes in them fail silently. A warning, never a verdict. */
bool mn_win_version_straddles_2020_02(const mn_win_version *host, const mn_win_version *image);

#endif
