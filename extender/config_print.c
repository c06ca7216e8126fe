/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys as a file to start from and as documentation. */
#include "extender/config.h"
#include "extender/config_values.h"

#include <string.h>

enum { LINE_WIDTH = 90 };

/* "# " before each line, broken between words. */
static void append_comment(GString *out, const char *indent, const char *text)
{
    while (*text != '\0') {
        size_t len = strlen(text), room = LINE_WIDTH - strlen(indent) - 2;
        if (len > room) {
            len = room;
            while (len > 0 && text[len] != ' ')
                len--;
        }
        g_string_append_printf(out, "%s# %.*s\n", indent, (int)len, text);
        text += len;
        text += strspn(text, " ");
    }
}

static bool is_quoted(const ext_key *key)
{
    return key->kind == EXT_KIND_STRING || key->kind == EXT_KIND_ADDRESS ||
           key->kind == EXT_KIND_PREFIX;
}

static void append_key(GString *out, const ext_key *key, const char *indent, const char *name)
{
    g_autofree char *expected = ext_key_expected(key);
    append_comment(out, indent, key->help);
    if (!is_quoted(key)) {
        g_autofree char *sentence =
            g_strdup_printf("%c%s.", g_ascii_toupper(*expected), expected + 1);
        append_comment(out, indent, sentence);
    }
    if (!key->reloadable)
        append_comment(out, indent, "Needs a restart.");
    const char *quote = is_quoted(key) ? "\"" : "";
    g_string_append_printf(out, "%s%s: %s%s%s\n", indent, name, quote, key->default_text, quote);
}

char *ext_config_print_defaults(void)
{
    g_autoptr(GString) out = g_string_new("# mullion-extender: every key at its default.\n");
    const char *group = "";
    size_t group_len = 0;
    for (size_t i = 0; i < ext_key_count; i++) {
        const ext_key *key = &ext_keys[i];
        const char *dot = strchr(key->name, '.');
        g_string_append_c(out, '\n');
        if (dot == NULL) {
            group_len = 0;
            append_key(out, key, "", key->name);
            continue;
        }
        size_t len = (size_t)(dot - key->name);
        if (len != group_len || strncmp(group, key->name, len) != 0) {
            group = key->name;
            group_len = len;
            g_string_append_printf(out, "%.*s:\n", (int)len, group);
        }
        append_key(out, key, "  ", dot + 1);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

char *ext_config_print_docs(void)
{
    g_autoptr(GString) out = g_string_new(
        "# Configuration of mullion-extender\n\n"
        "Made from `extender/config.def`; do not edit. `mullion-extender --print-defaults` writes\n"
        "the same as a file to start from, `mullion-extender --check --config FILE` tries one.\n"
        "A key with a dot stands inside a group: `listen.port` is `port` under `listen`. An\n"
        "unknown key is an error.\n\n"
        "The file is read again on SIGHUP and when it has changed (`reload.check`): whole, or not at\n"
        "all when something is wrong with it. Of keys that need a restart the old value stays; the\n"
        "log names them.\n\n"
        "| key | default | expected | changes by | what it does |\n"
        "|---|---|---|---|---|\n");
    for (size_t i = 0; i < ext_key_count; i++) {
        const ext_key *key = &ext_keys[i];
        g_autofree char *expected = ext_key_expected(key);
        const char *quote = is_quoted(key) ? "\"" : "";
        g_string_append_printf(out,
                               "| `%s` | `%s%s%s` | %s | %s | %s |\n",
                               key->name,
                               quote,
                               key->default_text,
                               quote,
                               expected,
                               key->reloadable ? "reload" : "restart",
                               key->help);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
