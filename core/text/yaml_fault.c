/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a YAML text, and where. */
#include "core/text/yaml.h"
#include "mullion/base/error.h"

#include <string.h>

bool mn_yaml_is_utf16(const mn_source *source)
{
    return source->len >= 2 &&
           (memcmp(source->bytes, "\xff\xfe", 2) == 0 || memcmp(source->bytes, "\xfe\xff", 2) == 0);
}

void mn_yaml_offset_advance(const mn_source *source, size_t index, mn_yaml_offset *offset)
{
    size_t at = offset->byte;

    /* libyaml does not count the byte order mark. */
    if (at == 0 && source->len >= 3 && memcmp(source->bytes, "\xef\xbb\xbf", 3) == 0)
        at = 3;
    for (; offset->index < index && at < source->len; offset->index++) {
        at++;
        while (at < source->len && ((unsigned char)source->bytes[at] & 0xc0) == 0x80)
            at++;
    }
    offset->byte = at;
}

mn_position mn_yaml_position(const mn_source *source, const yaml_mark_t *mark)
{
    mn_yaml_offset offset = {0};

    if (mn_yaml_is_utf16(source))
        return (mn_position){.line = mark->line + 1, .column = mark->column + 1};
    mn_yaml_offset_advance(source, mark->index, &offset);
    return mn_source_position(source, offset.byte);
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

/* libyaml speaks of octets, and its value is -1 where several make up the fault. */
static char *text_fault(const char *problem, int value)
{
    if (strstr(problem, "control characters") != NULL)
        return g_strdup_printf("not text: control character 0x%02x", (unsigned)value);
    if (strstr(problem, "UTF-16") != NULL || strstr(problem, "surrogate") != NULL)
        return g_strdup("not text: invalid UTF-16");
    return g_strdup("not text: invalid UTF-8 (another encoding? save the file as UTF-8)");
}

bool mn_yaml_fail(const mn_source *source, const yaml_parser_t *parser, GError **error)
{
    const char *context = parser->context != NULL ? parser->context : "";
    const char *problem = parser->problem != NULL ? parser->problem : "not YAML";
    g_autofree char *message = NULL;

    if (parser->error == YAML_MEMORY_ERROR)
        g_error("libyaml: out of memory");
    if (parser->error == YAML_READER_ERROR) { /* it has no mark, but an offset */
        message = text_fault(problem, parser->problem_value);
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
