/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a YAML text, and where. */
#include "core/text/yaml.h"
#include "mullion/base/error.h"

#include <string.h>

static bool is_utf16(const mn_source *source)
{
    return source->len >= 2 &&
           (memcmp(source->bytes, "\xff\xfe", 2) == 0 || memcmp(source->bytes, "\xfe\xff", 2) == 0);
}

mn_position mn_yaml_position(const mn_source *source, const yaml_mark_t *mark)
{
    if (is_utf16(source))
        return (mn_position){.line = mark->line + 1, .column = mark->column + 1};

    size_t at = source->len >= 3 && memcmp(source->bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (size_t left = mark->index; left > 0 && at < source->len; left--) {
        at++;
        while (at < source->len && ((unsigned char)source->bytes[at] & 0xc0) == 0x80)
            at++;
    }
    return mn_source_position(source, at);
}

static bool fail(const mn_source *source, mn_error code, mn_position at, const char *message,
                 GError **error)
{
    const char *name = source->name;
    g_set_error(error, MN_ERROR, (int)code, "%s:%zu:%zu: %s", name, at.line, at.column, message);
    return false;
}

bool mn_yaml_refuse(const mn_source *source, const yaml_event_t *event, GError **error,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    mn_position at = mn_yaml_position(source, &event->start_mark);
    return fail(source, MN_ERROR_SYNTAX, at, message, error);
}

bool mn_yaml_exceed(const mn_source *source, const yaml_event_t *event, GError **error,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    mn_position at = mn_yaml_position(source, &event->start_mark);
    return fail(source, MN_ERROR_LIMIT, at, message, error);
}

static const char *hint_for(const mn_source *source, const char *problem)
{
    if (g_strstr_len(source->bytes, (gssize)source->len, "{{") != NULL)
        return " (a template? render it first, with `helm template` for instance)";
    if (strstr(problem, "cannot start any token") != NULL)
        return " (a tab, `@` or a backquote? indent with spaces, quote the value)";
    return "";
}

bool mn_yaml_fail(const mn_source *source, const yaml_parser_t *parser, GError **error)
{
    const char *context = parser->context != NULL ? parser->context : "";
    const char *problem = parser->problem != NULL ? parser->problem : "not YAML";
    g_autofree char *message = NULL;

    if (parser->error == YAML_MEMORY_ERROR)
        g_error("libyaml: out of memory");
    if (parser->error == YAML_READER_ERROR) { /* it has no mark, but an offset */
        message =
            g_strdup_printf("not text: %s (0x%02x)", problem, (unsigned)parser->problem_value);
        mn_position at = mn_source_position(source, parser->problem_offset);
        return fail(source, MN_ERROR_SYNTAX, at, message, error);
    }
    message = g_strdup_printf("not valid YAML: %s%s%s%s",
                              context,
                              *context != '\0' ? ": " : "",
                              problem,
                              hint_for(source, problem));
    mn_position at = mn_yaml_position(source, &parser->problem_mark);
    return fail(source, MN_ERROR_SYNTAX, at, message, error);
}
