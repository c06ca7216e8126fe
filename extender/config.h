/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: one struct made from config.def. Const once loaded, and shared by
 * reference: settings.h swaps it whole. */
#ifndef EXT_CONFIG_H
#define EXT_CONFIG_H

#include "mullion/base/arena.h"
#include "mullion/os/policy.h"
#include "mullion/text/source.h"

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The member that each kind of key fills. */
#define EXT_TYPE_STRING   const char *
#define EXT_TYPE_ADDRESS  const char * /* numeric, IPv4 or IPv6 */
#define EXT_TYPE_PREFIX   const char * /* as mn_http_prefix_parse() leaves it */
#define EXT_TYPE_INT      int64_t
#define EXT_TYPE_SIZE     int64_t /* "128Mi" as bytes */
#define EXT_TYPE_DURATION int64_t /* "1m30s" as milliseconds */
#define EXT_TYPE_CHOICE   int     /* index into the row's names */
#define EXT_TYPE_IMAGES   mn_os_image_map
#define EXT_TYPE_STRINGS  mn_strings
#define EXT_TYPE_PAIRS    mn_strings /* "key" or "key=value" */

typedef enum ext_kind {
    EXT_KIND_STRING,
    EXT_KIND_ADDRESS,
    EXT_KIND_PREFIX,
    EXT_KIND_INT,
    EXT_KIND_SIZE,
    EXT_KIND_DURATION,
    EXT_KIND_CHOICE,
    EXT_KIND_IMAGES,
    EXT_KIND_STRINGS,
    EXT_KIND_PAIRS,
} ext_kind;

/* In the order of the names that config.def's rows have. */
typedef enum ext_open { EXT_OPEN_PASS, EXT_OPEN_FAIL } ext_open;
typedef enum ext_kube_from {
    EXT_KUBE_NONE,
    EXT_KUBE_IN_CLUSTER,
    EXT_KUBE_KUBECONFIG,
    EXT_KUBE_URL,
} ext_kube_from;
typedef enum ext_sightings_of {
    EXT_SIGHTINGS_NONE,
    EXT_SIGHTINGS_NODES,
    EXT_SIGHTINGS_PODS,
} ext_sightings_of;
typedef enum ext_when_stale { EXT_STALE_USE, EXT_STALE_PASS, EXT_STALE_FAIL } ext_when_stale;

typedef struct ext_config {
    mn_arena *arena;
    _Atomic uint32_t references;
    bool says_something; /* the file had a key, in place of defaults alone */
#define CONFIG(member, key, kind, ...) EXT_TYPE_##kind member;
#include "extender/config.def"
#undef CONFIG
} ext_config;

/* A row of config.def. */
typedef struct ext_key {
    const char *name;         /* "limits.depth" */
    const char *default_text; /* as one would write it in the file */
    int64_t min, max;
    const char *const *choices; /* NULL-terminated */
    const char *help;
    size_t offset; /* in ext_config */
    ext_kind kind;
    bool reloadable;
} ext_key;

extern const ext_key ext_keys[];
extern const size_t ext_key_count;

/* NULL-terminated, in the order of the enums they name. */
extern const char *const ext_level_names[];
typedef enum ext_level { EXT_DEBUG, EXT_INFO, EXT_WARNING, EXT_ERROR } ext_level;

enum { EXT_CONFIG_BYTES_MAX = 1 << 20 };

ext_config *ext_config_new(void); /* every key at its default */
/* Drops a reference; NULL-safe. */
void ext_config_free(ext_config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_config, ext_config_free)

/* The defaults, overlaid by what the text says. NULL with an error that names the
 * place, the key and what was expected; an unknown key is an error. */
ext_config *ext_config_load(const mn_source *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the OS policy is to be; borrows from the configuration. */
mn_os_policy ext_config_policy(const ext_config *config);
const char *ext_config_mode_name(const ext_config *config);

/* One value from the command line, as it would stand in the file; `origin` is what
 * an error calls it. Not for lists. */
bool ext_config_set(ext_config *config, const char *key, const char *text, const char *origin,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is there a key that cannot change while the program runs, and has another value in `fresh`? */
bool ext_config_changes_fixed(const ext_config *fresh, const ext_config *old);

/* What was set to another value in `fresh` and cannot change while the program runs is set
 * back to what `old` has; `changed` gets the names of those keys, with commas. How many there are.
 */
size_t ext_config_keep_fixed(ext_config *fresh, const ext_config *old, GString *changed);

/* A configuration file with every key at its default, and its help; and docs/CONFIG.md.
 * The caller frees. */
char *ext_config_print_defaults(void);
char *ext_config_print_docs(void);

#endif
