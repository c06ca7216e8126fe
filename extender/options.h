/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. */
#ifndef EXT_OPTIONS_H
#define EXT_OPTIONS_H

#include "extender/config.h"

typedef enum ext_action {
    EXT_SERVE,
    EXT_REPLAY,
    EXT_PRINT_SCHEDULER,
    EXT_CHECK_SCHEDULER,
    EXT_CHECK,
    EXT_PRINT_DEFAULTS,
    EXT_PRINT_DOCS,
    EXT_PRINT_METRICS,
    EXT_PRINT_MAN,
    EXT_PRINT_VERSION,
    EXT_PRINT_HELP,
} ext_action;

/* Strings are NULL when not given. */
typedef struct ext_options {
    ext_action action;
    char *config, *nodes, *listen, *mode;
    char *verb, *output; /* of replay */
    bool fail_closed;    /* of print-scheduler-config */
    char *operand;
} ext_options;

/* False with an error that says what is wrong with the usage. */
bool ext_options_parse(char **argv, ext_options *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ext_options_clear(ext_options *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ext_options, ext_options_clear)

/* --nodes, --listen and --mode over what the file said. */
bool ext_options_apply(const ext_options *options, ext_config *config,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The caller frees. */
char *ext_options_print_help(void);
char *ext_options_print_man(void);

#endif
