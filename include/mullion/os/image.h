/* SPDX-License-Identifier: Apache-2.0 */
/* What the name of an image says about its OS and Windows builds.
 *
 * Text only: no registry is asked. "Nothing" is a common and honest answer
 * (private registries, digests), and so is "both" (golang:1.25). The rules are
 * the rows of image_rules.def (what says Windows, what says Linux, what is both)
 * and image_linux.def (repositories that are Linux only).
 */
#ifndef MN_IMAGE_H
#define MN_IMAGE_H

#include "mullion/base/str.h"
#include "mullion/os/os.h"
#include "mullion/os/winbuild.h"

/* Longer ones are not looked at: a name has 255 bytes at most, a tag 128, a digest 135. */
enum { MN_IMAGE_MAX = 520 };

/* A reference taken apart. `name` is canonical: lower case, with registry, with
 * "library/" for official images, and with a mirror's prefix taken off
 * ("reg.corp/quay.io/jetstack/x" is quay.io/jetstack/x). */
typedef struct mn_image_ref {
    char name[MN_IMAGE_MAX + 32];
    mn_str registry; /* as written; empty when the reference has none */
    mn_str path;     /* as written, without registry, tag and digest */
    mn_str tag;      /* as written; empty when there is none */
    mn_str digest;   /* "sha256:..."; empty when there is none */
} mn_image_ref;

/* The slices borrow `text`. False when it is no reference or longer than MN_IMAGE_MAX. */
bool mn_image_ref_parse(mn_str text, mn_image_ref *out);

/* How a row's pattern is compared. */
typedef enum mn_image_rule_kind {
    MN_IMAGE_REPO,         /* canonical name; a trailing slash-star-star takes all below it */
    MN_IMAGE_GLOB,         /* canonical name with stars */
    MN_IMAGE_REPO_FROM_8,  /* canonical name, tag begins with a version of 8 or more */
    MN_IMAGE_BASE,         /* word in the tag or the last part of the path, build glued on or not */
    MN_IMAGE_BUILD,        /* tokens of winbuild.def that are sure */
    MN_IMAGE_BUILD_BESIDE, /* tokens of winbuild.def that need Windows beside them */
    MN_IMAGE_VERSION,      /* 10.0.BUILD in the tag */
    MN_IMAGE_KB,           /* VERSION-KBnnnnnnn in the tag */
    MN_IMAGE_TAG_WORD,     /* whole token of the tag, digits may follow */
    MN_IMAGE_LAST_WORD,    /* the Linux words, in the last part of the path */
    MN_IMAGE_PATH_WORD,    /* whole token anywhere in the path */
} mn_image_rule_kind;

typedef struct mn_image_rule {
    const char *id; /* "W3", "L1", "M1": families in docs/OS-POLICY.md */
    mn_image_rule_kind kind;
    const char *pattern;
    mn_os os; /* UNKNOWN: made for both */
    mn_strength strength;
    const char *note; /* "" when there is nothing to add */
} mn_image_rule;

typedef struct mn_image_verdict {
    mn_os os;
    mn_strength strength;      /* NONE when os is UNKNOWN */
    mn_build_set builds;       /* Windows only; zero: any */
    bool multi;                /* known to come for both OSes */
    mn_win_version version;    /* from a tag 10.0.BUILD.REVISION; build 0 when not said */
    const mn_image_rule *rule; /* NULL when no rule speaks */
    mn_str matched;            /* the part of the reference that did; borrows it */
} mn_image_verdict;

mn_image_verdict mn_image_judge(mn_str reference);

/* `*` is any run of bytes, `?` one byte; compares without case, in time
 * proportional to the product of the lengths at worst. */
bool mn_image_glob(mn_str pattern, mn_str text);

/* Whether a user's glob means this reference: as written, or its canonical name
 * with or without the tag. */
bool mn_image_matches(const char *glob, mn_str reference);

/* The tables, for docs and tests. */
typedef enum mn_image_table {
    MN_IMAGE_TABLE_REPOS,
    MN_IMAGE_TABLE_LINUX_REPOS,
    MN_IMAGE_TABLE_WORDS,
    MN_IMAGE_TABLE_OTHERS,
} mn_image_table;
enum { MN_IMAGE_TABLES = MN_IMAGE_TABLE_OTHERS + 1 };
const mn_image_rule *mn_image_rules(mn_image_table table, size_t *count);

#endif
