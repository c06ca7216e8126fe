/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor: one token at a time where somebody looks, json_skip.c where nobody does.
 *
 * Invariant: between two steps either a value waits at `at`, or `at` stands behind a
 * value or behind the bracket that opened the innermost container (`fresh`).
 */
#include "mullion/text/json_scan.h"

#include "core/text/json_block.h"
#include "core/text/json_token.h"

static const struct fault {
    mn_error code;
    const char *text;
} faults[] = {
    [MN_SCAN_FINE] = {MN_ERROR_SYNTAX, ""},
    [MN_SCAN_UNEXPECTED] = {MN_ERROR_SYNTAX, "unexpected"},
    [MN_SCAN_TRUNCATED] = {MN_ERROR_SYNTAX, "the text ends in the middle of a value"},
    [MN_SCAN_CONTROL_BYTE] = {MN_ERROR_SYNTAX, "a control byte in a string is not escaped"},
    [MN_SCAN_BAD_ESCAPE] = {MN_ERROR_SYNTAX, "expected an escape (\\n, \\u00e9), found"},
    [MN_SCAN_NOT_AN_OBJECT] = {MN_ERROR_SCHEMA, "expected an object, found"},
    [MN_SCAN_NOT_AN_ARRAY] = {MN_ERROR_SCHEMA, "expected an array, found"},
    [MN_SCAN_NOT_A_STRING] = {MN_ERROR_SCHEMA, "expected a string, found"},
    [MN_SCAN_DUPLICATE_KEY] = {MN_ERROR_SYNTAX, "this key stood there before (case ignored)"},
    [MN_SCAN_TRAILING] = {MN_ERROR_SYNTAX, "expected nothing behind the value, found"},
    [MN_SCAN_TOO_DEEP] = {MN_ERROR_LIMIT, "nested deeper than allowed"},
    [MN_SCAN_TOO_MANY_KEYS] = {MN_ERROR_LIMIT, "more keys than anybody sends here"},
};
G_STATIC_ASSERT(G_N_ELEMENTS(faults) == MN_SCAN_FAULTS);

void mn_scan_reject(mn_scan *scan, mn_scan_fault fault, const char *at)
{
    /* A block is checked in several passes: the first fault of the text is named. */
    if (scan->fault != MN_SCAN_FINE && scan->fault_at <= at)
        return;
    scan->fault = fault;
    scan->fault_at = at;
}

static void reject_byte(mn_scan *scan, mn_scan_fault fault, const char *at)
{
    mn_scan_reject(scan, at < scan->end ? fault : MN_SCAN_TRUNCATED, at);
}

static const char *pass_blanks(const mn_scan *scan, const char *at)
{
    while (at < scan->end && json_is_blank(*at))
        at++;
    return at;
}

const char *json_pass_escape(mn_scan *scan, const char *at)
{
    const char *escape = at + 1;
    if (escape < scan->end && *escape != '\0' && strchr("\"\\/bfnrt", *escape) != NULL)
        return escape + 1;
    const char *digits_end = escape + 1;
    if (escape < scan->end && *escape == 'u')
        while (digits_end < scan->end && digits_end <= escape + 4 && g_ascii_isxdigit(*digits_end))
            digits_end++;
    if (digits_end == escape + 5)
        return digits_end;
    reject_byte(
        scan, MN_SCAN_BAD_ESCAPE, escape < scan->end && *escape == 'u' ? digits_end : escape);
    return NULL;
}

/* From behind the opening quote to the closing one; NULL after a fault. */
static const char *find_quote(mn_scan *scan, const char *at, mn_scan_string *out)
{
    while (at < scan->end) {
        if (scan->end - at >= JSON_LANE) {
            uint32_t specials = json_lane_specials(at);
            uint32_t before = specials == 0 ? UINT32_MAX : (specials & -specials) - 1;
            out->ascii &= (json_lane_highs(at) & before) == 0;
            at += specials == 0 ? JSON_LANE : __builtin_ctz(specials);
            if (specials == 0)
                continue;
        }
        if (*at == '"')
            return at;
        if ((unsigned char)*at < ' ') {
            mn_scan_reject(scan, MN_SCAN_CONTROL_BYTE, at);
            return NULL;
        }
        if (*at != '\\') { /* among the last bytes of the text, too few for a lane */
            out->ascii &= (unsigned char)*at++ < 0x80;
            continue;
        }
        out->escaped = true;
        at = json_pass_escape(scan, at);
        if (at == NULL)
            return NULL;
    }
    mn_scan_reject(scan, MN_SCAN_TRUNCATED, at);
    return NULL;
}

/* `at` is the opening quote; gives the byte behind the closing one. */
static const char *pass_string(mn_scan *scan, const char *at, mn_scan_string *out)
{
    *out = (mn_scan_string){.raw = {.ptr = at + 1}, .ascii = true};
    const char *quote = find_quote(scan, at + 1, out);
    if (quote == NULL)
        return NULL;
    out->raw.len = (size_t)(quote - at - 1);
    return quote + 1;
}

static const char *pass_digits(const mn_scan *scan, const char *at)
{
    while (at < scan->end && g_ascii_isdigit(*at))
        at++;
    return at;
}

/* At least one digit; NULL and a fault when there is none. */
static const char *pass_some_digits(mn_scan *scan, const char *at)
{
    const char *behind = pass_digits(scan, at);
    if (behind > at)
        return behind;
    reject_byte(scan, MN_SCAN_UNEXPECTED, at);
    return NULL;
}

/* 0 at the end: no byte of the grammar is 0. */
static char byte_at(const mn_scan *scan, const char *at)
{
    if (at == scan->end)
        return '\0';
    return *at;
}

static const char *pass_number(mn_scan *scan, const char *at)
{
    if (*at == '-')
        at++;
    at = byte_at(scan, at) == '0' ? at + 1 : pass_some_digits(scan, at);
    if (at != NULL && byte_at(scan, at) == '.')
        at = pass_some_digits(scan, at + 1);
    if (at != NULL && (byte_at(scan, at) == 'e' || byte_at(scan, at) == 'E')) {
        char sign = byte_at(scan, ++at);
        at = pass_some_digits(scan, sign == '+' || sign == '-' ? at + 1 : at);
    }
    return at;
}

static const char *pass_literal(mn_scan *scan, const char *at, const char *literal)
{
    for (; *literal != '\0'; literal++, at++) {
        if (at == scan->end || *at != *literal) {
            reject_byte(scan, MN_SCAN_UNEXPECTED, at);
            return NULL;
        }
    }
    return at;
}

static mn_scan_kind kind_of(char c)
{
    static const mn_scan_kind kinds[] = {
        ['"'] = MN_SCAN_STRING,
        ['-'] = MN_SCAN_NUMBER,
        ['0'] = MN_SCAN_NUMBER,
        ['1'] = MN_SCAN_NUMBER,
        ['2'] = MN_SCAN_NUMBER,
        ['3'] = MN_SCAN_NUMBER,
        ['4'] = MN_SCAN_NUMBER,
        ['5'] = MN_SCAN_NUMBER,
        ['6'] = MN_SCAN_NUMBER,
        ['7'] = MN_SCAN_NUMBER,
        ['8'] = MN_SCAN_NUMBER,
        ['9'] = MN_SCAN_NUMBER,
        ['['] = MN_SCAN_ARRAY,
        ['f'] = MN_SCAN_FALSE,
        ['n'] = MN_SCAN_NULL,
        ['t'] = MN_SCAN_TRUE,
        ['{'] = MN_SCAN_OBJECT,
    };
    unsigned char byte = (unsigned char)c;
    return byte < G_N_ELEMENTS(kinds) ? kinds[byte] : MN_SCAN_NOTHING;
}

const char *json_pass_scalar(mn_scan *scan, const char *at)
{
    const char *behind = NULL;
    switch (kind_of(*at)) {
    case MN_SCAN_NUMBER:
        behind = pass_number(scan, at);
        break;
    case MN_SCAN_TRUE:
        behind = pass_literal(scan, at, "true");
        break;
    case MN_SCAN_FALSE:
        behind = pass_literal(scan, at, "false");
        break;
    case MN_SCAN_NULL:
        behind = pass_literal(scan, at, "null");
        break;
    case MN_SCAN_OBJECT:
    case MN_SCAN_ARRAY:
    case MN_SCAN_STRING:
    case MN_SCAN_NOTHING:
        mn_scan_reject(scan, MN_SCAN_UNEXPECTED, at);
        break;
    }
    if (behind == NULL || behind == scan->end || json_is_blank(*behind) || *behind == ',' ||
        *behind == '}' || *behind == ']')
        return behind;
    mn_scan_reject(scan, MN_SCAN_UNEXPECTED, behind);
    return NULL;
}

void mn_scan_init(mn_scan *scan, mn_str text, size_t max_depth)
{
    /* objects[] is written before it is read: no need to clear it for each value */
    scan->start = text.ptr;
    scan->end = text.ptr + text.len;
    scan->at = pass_blanks(scan, text.ptr);
    scan->fault_at = NULL;
    scan->depth = 0;
    scan->max_depth = MIN(max_depth, (size_t)MN_SCAN_DEPTH_MAX);
    scan->fault = MN_SCAN_FINE;
    scan->fresh = false;
    scan->waiting = true;
    if (mn_scan_peek(scan) == MN_SCAN_NOTHING)
        reject_byte(scan, MN_SCAN_UNEXPECTED, scan->at);
}

mn_scan_kind mn_scan_peek(const mn_scan *scan)
{
    bool value = scan->fault == MN_SCAN_FINE && scan->waiting && scan->at < scan->end;
    return value ? kind_of(*scan->at) : MN_SCAN_NOTHING;
}

bool mn_scan_enter(mn_scan *scan, mn_scan_kind container)
{
    g_assert(container == MN_SCAN_OBJECT || container == MN_SCAN_ARRAY);
    if (scan->fault != MN_SCAN_FINE)
        return false;
    g_assert(scan->waiting);
    bool object = container == MN_SCAN_OBJECT;
    if (mn_scan_peek(scan) != container) {
        mn_scan_reject(scan, object ? MN_SCAN_NOT_AN_OBJECT : MN_SCAN_NOT_AN_ARRAY, scan->at);
        return false;
    }
    if (scan->depth == scan->max_depth) {
        mn_scan_reject(scan, MN_SCAN_TOO_DEEP, scan->at);
        return false;
    }
    json_depth_set(scan, scan->depth++, object);
    scan->at++;
    scan->fresh = true;
    scan->waiting = false;
    return true;
}

/* The end of the innermost container, or to the first byte of what it holds next. */
static bool step(mn_scan *scan, bool object)
{
    if (scan->fault == MN_SCAN_FINE && scan->waiting)
        mn_scan_take(scan);
    if (scan->fault != MN_SCAN_FINE)
        return false;
    g_assert(scan->depth > 0 && json_depth_is_object(scan, scan->depth - 1) == object);

    scan->at = pass_blanks(scan, scan->at);
    if (byte_at(scan, scan->at) == (object ? '}' : ']')) {
        scan->at++;
        scan->depth--;
        scan->fresh = false;
        return false;
    }
    if (!scan->fresh && byte_at(scan, scan->at) != ',') {
        reject_byte(scan, MN_SCAN_UNEXPECTED, scan->at);
        return false;
    }
    if (!scan->fresh)
        scan->at = pass_blanks(scan, scan->at + 1);
    scan->fresh = false;
    return true;
}

static bool await_value(mn_scan *scan)
{
    scan->at = pass_blanks(scan, scan->at);
    scan->waiting = true;
    if (mn_scan_peek(scan) != MN_SCAN_NOTHING)
        return true;
    reject_byte(scan, MN_SCAN_UNEXPECTED, scan->at);
    return false;
}

bool mn_scan_next_element(mn_scan *scan)
{
    return step(scan, false) && await_value(scan);
}

bool mn_scan_next_string(mn_scan *scan, mn_scan_string *out)
{
    if (!step(scan, false) || !await_value(scan))
        return false;
    if (*scan->at != '"') {
        mn_scan_reject(scan, MN_SCAN_NOT_A_STRING, scan->at);
        return false;
    }
    const char *behind = pass_string(scan, scan->at, out);
    if (behind == NULL)
        return false;
    scan->at = behind;
    scan->waiting = false;
    return true;
}

bool mn_scan_next_member(mn_scan *scan, mn_scan_string *key)
{
    if (!step(scan, true))
        return false;
    if (byte_at(scan, scan->at) != '"') {
        reject_byte(scan, MN_SCAN_UNEXPECTED, scan->at);
        return false;
    }
    const char *behind = pass_string(scan, scan->at, key);
    if (behind == NULL)
        return false;
    scan->at = pass_blanks(scan, behind);
    if (byte_at(scan, scan->at) != ':') {
        reject_byte(scan, MN_SCAN_UNEXPECTED, scan->at);
        return false;
    }
    scan->at++;
    return await_value(scan);
}

static const char *pass_value(mn_scan *scan)
{
    mn_scan_string unused;
    switch (mn_scan_peek(scan)) {
    case MN_SCAN_OBJECT:
    case MN_SCAN_ARRAY:
        return json_pass_container(scan, scan->at);
    case MN_SCAN_STRING:
        return pass_string(scan, scan->at, &unused);
    case MN_SCAN_NUMBER:
    case MN_SCAN_TRUE:
    case MN_SCAN_FALSE:
    case MN_SCAN_NULL:
        return json_pass_scalar(scan, scan->at);
    case MN_SCAN_NOTHING:
        break;
    }
    return NULL;
}

mn_str mn_scan_take(mn_scan *scan)
{
    g_assert(scan->fault != MN_SCAN_FINE || scan->waiting);
    const char *start = scan->at;
    const char *behind = pass_value(scan);
    if (behind == NULL)
        return (mn_str){.ptr = NULL};
    scan->at = behind;
    scan->waiting = false;
    return (mn_str){.ptr = start, .len = (size_t)(behind - start)};
}

mn_scan_string mn_scan_take_string(mn_scan *scan)
{
    mn_scan_string string = {.raw = {.ptr = NULL}};
    g_assert(scan->fault != MN_SCAN_FINE || scan->waiting);
    if (scan->fault != MN_SCAN_FINE)
        return string;
    if (mn_scan_peek(scan) != MN_SCAN_STRING) {
        mn_scan_reject(scan, MN_SCAN_NOT_A_STRING, scan->at);
        return string;
    }
    const char *behind = pass_string(scan, scan->at, &string);
    if (behind != NULL) {
        scan->at = behind;
        scan->waiting = false;
    }
    return string;
}

/* "'x'", "byte 0x07", or what kind of value begins there. */
static char *describe(const mn_scan *scan)
{
    static const char *const kinds[] = {
        [MN_SCAN_OBJECT] = "an object",
        [MN_SCAN_ARRAY] = "an array",
        [MN_SCAN_STRING] = "a string",
        [MN_SCAN_NUMBER] = "a number",
        [MN_SCAN_TRUE] = "true",
        [MN_SCAN_FALSE] = "false",
        [MN_SCAN_NULL] = "null",
    };
    if (scan->fault_at >= scan->end)
        return g_strdup("the end of the text");
    unsigned char byte = (unsigned char)*scan->fault_at;
    mn_scan_kind kind = kind_of(*scan->fault_at);
    bool of_values = scan->fault >= MN_SCAN_NOT_AN_OBJECT && scan->fault <= MN_SCAN_NOT_A_STRING;
    if (of_values && kind != MN_SCAN_NOTHING)
        return g_strdup(kinds[kind]);
    return byte > ' ' && byte < 0x7f ? g_strdup_printf("'%c'", byte)
                                     : g_strdup_printf("byte 0x%02x", byte);
}

bool mn_scan_check(const mn_scan *scan, GError **error)
{
    if (scan->fault == MN_SCAN_FINE)
        return true;
    const struct fault *fault = &faults[scan->fault];
    bool names_byte = g_str_has_suffix(fault->text, "found") || scan->fault == MN_SCAN_UNEXPECTED;
    g_autofree char *found = names_byte ? describe(scan) : g_strdup("");
    g_set_error(error,
                MN_ERROR,
                (int)fault->code,
                "byte %zu: %s%s%s",
                (size_t)(scan->fault_at - scan->start),
                fault->text,
                names_byte ? " " : "",
                found);
    return false;
}

bool mn_scan_end(mn_scan *scan, GError **error)
{
    if (scan->fault == MN_SCAN_FINE && scan->waiting)
        mn_scan_take(scan);
    if (scan->fault == MN_SCAN_FINE) {
        g_assert(scan->depth == 0);
        scan->at = pass_blanks(scan, scan->at);
        if (scan->at < scan->end)
            mn_scan_reject(scan, MN_SCAN_TRAILING, scan->at);
    }
    return mn_scan_check(scan, error);
}
