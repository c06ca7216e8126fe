/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/yaml_print.h"

#include "mullion/text/document.h"
#include "mullion/text/json_write.h"

#include <stdbool.h>
#include <string.h>

/* ---- scalars */

/* What YAML 1.1 takes for a boolean or null, whatever its case. */
static const char *const reserved[] = {
    "y",
    "n",
    "yes",
    "no",
    "on",
    "off",
    "true",
    "false",
    "null",
};

static bool is_reserved(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(reserved); i++) {
        if (g_ascii_strcasecmp(reserved[i], text) == 0)
            return true;
    }
    return false;
}

/* Begins with a letter and has nothing in it that could mean something: so it is no number,
 * no date and no markup. A ':' or '=' between other characters is text. */
static bool is_plain(const char *text)
{
    if (!g_ascii_isalpha(*text) || is_reserved(text))
        return false;
    for (const char *p = text; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr("-_./=:", *p) == NULL)
            return false;
        if (*p == ':' && !g_ascii_isalnum(p[1]))
            return false;
    }
    return true;
}

void mn_yaml_string(GString *out, const char *text)
{
    if (is_plain(text)) {
        g_string_append(out, text);
        return;
    }
    g_autofree char *quoted = mn_json_quote(text);
    g_string_append(out, quoted);
}

static void print_scalar(const mn_at *value, GString *out)
{
    const char *text = NULL;
    char number[MN_NUMBER_TEXT];
    bool truth = false;
    if (!mn_at_is_there(value))
        g_string_append(out, "null");
    else if (mn_read_string(value, &text, NULL))
        mn_yaml_string(out, text);
    else if (mn_read_bool(value, &truth, NULL))
        g_string_append(out, truth ? "true" : "false");
    else if (mn_read_scalar_text(value, number, &text, NULL))
        g_string_append(out, text);
}

/* ---- containers */

typedef enum shape { SCALAR, EMPTY_LIST, EMPTY_MAP, LIST, MAP } shape;

static shape shape_of(const mn_at *value)
{
    if (!mn_at_is_there(value))
        return SCALAR;
    if (mn_read_is_array(value, NULL))
        return mn_at_count(value) == 0 ? EMPTY_LIST : LIST;
    if (mn_read_is_object(value, NULL))
        return mn_at_count(value) == 0 ? EMPTY_MAP : MAP;
    return SCALAR;
}

static void append_blanks(GString *out, size_t count)
{
    g_string_append_printf(out, "%*s", (int)count, "");
}

/* Trees come from our own parsers and writers, which limit their depth. */
/* NOLINTBEGIN(misc-no-recursion) */
static void print_value(const mn_at *value, size_t indent, bool begun, GString *out);

/* Elements stand under their key, not further in, as kubectl has it. */
static void print_member(const mn_at *member, size_t indent, GString *out)
{
    mn_yaml_string(out, member->key);
    g_string_append_c(out, ':');
    shape kind = shape_of(member);
    if (kind == LIST || kind == MAP) {
        g_string_append_c(out, '\n');
        print_value(member, kind == LIST ? indent : indent + 2, false, out);
    } else {
        g_string_append_c(out, ' ');
        print_value(member, indent, true, out);
    }
}

static void print_map(const mn_at *value, size_t indent, bool begun, GString *out)
{
    mn_members members = mn_members_of(value);
    for (mn_at member; mn_members_next(&members, &member); begun = false) {
        append_blanks(out, begun ? 0 : indent);
        print_member(&member, indent, out);
    }
}

static void print_list(const mn_at *value, size_t indent, bool begun, GString *out)
{
    for (size_t i = 0; i < mn_at_count(value); i++) {
        mn_at element = mn_at_element(value, i);
        append_blanks(out, begun && i == 0 ? 0 : indent);
        g_string_append(out, "- ");
        print_value(&element, indent + 2, true, out);
    }
}

/* `begun`: the first line is indented already. */
static void print_value(const mn_at *value, size_t indent, bool begun, GString *out)
{
    shape kind = shape_of(value);
    if (kind == MAP) {
        print_map(value, indent, begun, out);
        return;
    }
    if (kind == LIST) {
        print_list(value, indent, begun, out);
        return;
    }
    append_blanks(out, begun ? 0 : indent);
    if (kind == SCALAR)
        print_scalar(value, out);
    else
        g_string_append(out, kind == EMPTY_LIST ? "[]" : "{}");
    g_string_append_c(out, '\n');
}
/* NOLINTEND(misc-no-recursion) */

void mn_yaml_print(const mn_at *value, size_t indent, GString *out)
{
    print_value(value, indent, false, out);
}

void mn_yaml_print_json(const char *json, size_t len, size_t depth, GString *out)
{
    json_t *root = mn_document_load_json(json, len, depth, NULL);
    if (root == NULL) {
        g_string_append_len(out, json, (gssize)len);
        return;
    }
    const mn_at at = mn_at_tree(root);
    mn_yaml_print(&at, 0, out);
    json_decref(root);
}
