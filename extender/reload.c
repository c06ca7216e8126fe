/* SPDX-License-Identifier: Apache-2.0 */
/* Whole or not at all. A ConfigMap's file is a link that is set to another file: stat() follows
 * it, so the inode tells. */
#include "extender/reload.h"

#include "extender/listeners.h"
#include "mullion/base/error.h"
#include "mullion/io/file.h"

#include <string.h>
#include <sys/stat.h>

enum { SETTLE_MS = 250 };

ext_config *ext_reload_first(const ext_options *options, GError **error)
{
    g_autoptr(ext_config) config = NULL;
    if (options->config == NULL) {
        config = ext_config_new();
    } else {
        g_autoptr(mn_file) file = mn_file_read(options->config, EXT_CONFIG_BYTES_MAX, error);
        if (file != NULL)
            config = ext_config_load(&file->source, error);
    }
    if (config == NULL || !ext_options_apply(options, config, error))
        return NULL;
    return g_steal_pointer(&config);
}

static uint64_t look_of(const char *path)
{
    struct stat found = {0};
    if (path == NULL || stat(path, &found) != 0)
        return 0;
    const uint64_t facts[] = {(uint64_t)found.st_dev,
                              (uint64_t)found.st_ino,
                              (uint64_t)found.st_size,
                              (uint64_t)found.st_mtim.tv_sec,
                              (uint64_t)found.st_mtim.tv_nsec};
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
        sum = (sum ^ facts[i]) * UINT64_C(0x9e3779b97f4a7c15) + (sum >> 29);
    return sum;
}

static void note_look(ext_reloader *reloader)
{
    reloader->seen = reloader->found = look_of(reloader->options->config);
}

void ext_reloader_init(ext_reloader *reloader)
{
    note_look(reloader);
}

/* What does not change by a reload counts at the next start, which somebody else may bring
 * about at a bad time: better told now. */
static bool could_start(const ext_reloader *reloader, const ext_config *fresh, GError **error)
{
    const ext_config *old = ext_settings_take(reloader->settings);
    const bool same = !ext_config_changes_fixed(fresh, old);
    ext_settings_release(old);
    if (same)
        return true;
    g_autofree char *summary = ext_listeners_check(fresh, error)
                                   ? ext_node_store_check(fresh, reloader->environment, error)
                                   : NULL;
    if (summary == NULL)
        g_prefix_error(error, "it could not be started with: ");
    return summary != NULL;
}

/* NULL with an error when the file will not do. */
static ext_config *read_anew(const ext_reloader *reloader, GError **error)
{
    g_autoptr(ext_config) fresh = ext_reload_first(reloader->options, error);
    if (fresh == NULL)
        return NULL;
    if (!fresh->says_something) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "%s: there is nothing in it; for the defaults say one of them, such as "
                    "mode: enforce",
                    reloader->options->config);
        return NULL;
    }
    return could_start(reloader, fresh, error) ? g_steal_pointer(&fresh) : NULL;
}

/* A mode that is another now is what everybody wants to know. */
static void tell_mode(const ext_reloader *reloader, const char *before, const char *now)
{
    if (strcmp(before, now) == 0)
        ext_log_say(reloader->log, EXT_INFO, "configuration read again, mode %s", now);
    else
        ext_log_say(
            reloader->log, EXT_WARNING, "configuration read again, mode %s, was %s", now, before);
}

static void put_in_force(ext_reloader *reloader, ext_config *fresh)
{
    const ext_config *old = ext_settings_take(reloader->settings);
    g_autoptr(GString) fixed = g_string_new(NULL);
    size_t fixed_keys = ext_config_keep_fixed(fresh, old, fixed);
    bool sorts_anew = old->build_rule != fresh->build_rule ||
                      old->unknown_runtime_rule != fresh->unknown_runtime_rule;
    const char *before = ext_config_mode_name(old), *mode = ext_config_mode_name(fresh);
    ext_settings_release(old);
    ext_log_set_level(reloader->log, (ext_level)fresh->log_level);
    ext_settings_replace(reloader->settings, fresh);
    if (sorts_anew)
        ext_node_store_reclassify(reloader->nodes);
    /* Not before it is true: somebody may wait for the line. */
    tell_mode(reloader, before, mode);
    ext_metrics_reloaded(reloader->metrics, true, fixed_keys);
    if (fixed_keys > 0)
        ext_log_say(reloader->log, EXT_WARNING, "changed, but needs a restart: %s", fixed->str);
}

bool ext_reload(ext_reloader *reloader)
{
    g_autoptr(GError) error = NULL;
    if (reloader->options->config == NULL) {
        ext_log_say(reloader->log, EXT_WARNING, "no --config: nothing to read again");
        return false;
    }
    note_look(reloader);
    ext_config *fresh = read_anew(reloader, &error);
    if (fresh == NULL) {
        ext_metrics_reloaded(reloader->metrics, false, 0);
        ext_log_say(reloader->log, EXT_ERROR, "configuration stays as it was: %s", error->message);
        return false;
    }
    put_in_force(reloader, fresh);
    return true;
}

int64_t ext_reload_look(ext_reloader *reloader)
{
    if (reloader->options->config == NULL)
        return 0;
    const ext_config *config = ext_settings_take(reloader->settings);
    const int64_t check_ms = config->reload_check_ms;
    ext_settings_release(config);
    if (check_ms == 0)
        return 0;
    const uint64_t before = reloader->found;
    reloader->found = look_of(reloader->options->config);
    if (reloader->found == reloader->seen)
        return check_ms;
    if (reloader->found != before)
        return MIN(check_ms, SETTLE_MS);
    (void)ext_reload(reloader);
    return check_ms;
}
