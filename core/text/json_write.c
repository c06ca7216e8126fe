/* SPDX-License-Identifier: Apache-2.0 */
/* The only JSON writer.
 *
 * Made for many short strings: one capacity check a value, strings are looked through
 * eight bytes at a time and copied in runs.
 */
#include "mullion/text/json_write.h"

#include "mullion/text/read.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { FIRST_CAPACITY = 256, INDENT = 2, ESCAPE_MAX = 6, COLON_MAX = 2 };

/* U+FFFD */
static const char replacement[] = "\xef\xbf\xbd";

void mn_json_writer_init(mn_json_writer *json, mn_json_style style)
{
    *json = (mn_json_writer){.style = style, .fresh = true};
}

void mn_json_writer_clear(mn_json_writer *json)
{
    g_free(json->bytes);
    mn_json_writer_init(json, json->style);
}

void mn_json_writer_reset(mn_json_writer *json)
{
    json->len = 0;
    json->depth = 0;
    json->fresh = true;
    json->keyed = json->done = false;
}

static void grow(mn_json_writer *json, size_t bytes)
{
    size_t wanted = 0;
    if (!g_size_checked_add(&wanted, json->len, bytes))
        g_error("a JSON text of more bytes than there are");
    json->capacity = MAX(MAX(wanted, json->capacity + json->capacity / 2), FIRST_CAPACITY);
    json->bytes = g_realloc(json->bytes, json->capacity);
}

void mn_json_writer_reserve(mn_json_writer *json, size_t bytes)
{
    if (json->capacity - json->len < bytes)
        grow(json, bytes);
}

/* Where there is room. */
static inline void append(mn_json_writer *json, const char *bytes, size_t len)
{
    memcpy(json->bytes + json->len, bytes, len);
    json->len += len;
}

static inline void append_byte(mn_json_writer *json, char byte)
{
    json->bytes[json->len++] = byte;
}

static void put(mn_json_writer *json, const char *bytes, size_t len)
{
    mn_json_writer_reserve(json, len);
    append(json, bytes, len);
}

static void put_byte(mn_json_writer *json, char byte)
{
    mn_json_writer_reserve(json, 1);
    append_byte(json, byte);
}

mn_str mn_json_writer_text(const mn_json_writer *json)
{
    g_assert(json->done);
    return (mn_str){.ptr = json->bytes, .len = json->len};
}

char *mn_json_writer_steal(mn_json_writer *json, size_t *len)
{
    g_assert(json->done);
    if (len != NULL)
        *len = json->len;
    put_byte(json, '\0');
    char *out = g_steal_pointer(&json->bytes);
    json->capacity = 0;
    mn_json_writer_reset(json);
    return out;
}

static bool in_object(const mn_json_writer *json)
{
    return json->depth > 0 && (json->objects[json->depth / 64] >> (json->depth % 64) & 1) != 0;
}

static void new_line(mn_json_writer *json)
{
    size_t blanks = json->depth * INDENT;

    put_byte(json, '\n');
    mn_json_writer_reserve(json, blanks);
    memset(json->bytes + json->len, ' ', blanks);
    json->len += blanks;
}

/* What stands between two neighbours in a container. */
static void separate(mn_json_writer *json)
{
    if (!json->fresh)
        put_byte(json, ',');
    json->fresh = false;
    if (json->style == MN_JSON_PRETTY && json->depth > 0)
        new_line(json);
}

/* Every value begins here. */
static void begin_value(mn_json_writer *json)
{
    g_assert(!json->done);
    if (json->keyed) {
        json->keyed = false;
        return;
    }
    g_assert(!in_object(json)); /* a value in an object needs a key */
    separate(json);
}

static void end_value(mn_json_writer *json)
{
    if (json->depth > 0)
        return;
    json->done = true;
    if (json->style == MN_JSON_PRETTY)
        put_byte(json, '\n');
}

static void open_container(mn_json_writer *json, char bracket, bool is_object)
{
    begin_value(json);
    g_assert(json->depth + 1 < MN_JSON_DEPTH_MAX);
    json->depth++;
    uint64_t bit = UINT64_C(1) << (json->depth % 64);
    uint64_t *word = &json->objects[json->depth / 64];
    *word = is_object ? *word | bit : *word & ~bit;
    json->fresh = true;
    put_byte(json, bracket);
}

static void close_container(mn_json_writer *json, char bracket)
{
    bool empty = json->fresh;

    g_assert(!json->keyed); /* a key needs a value */
    json->depth--;
    json->fresh = false;
    if (json->style == MN_JSON_PRETTY && !empty)
        new_line(json);
    put_byte(json, bracket);
    end_value(json);
}

void mn_json_begin_object(mn_json_writer *json)
{
    open_container(json, '{', true);
}

void mn_json_end_object(mn_json_writer *json)
{
    g_assert(in_object(json));
    close_container(json, '}');
}

void mn_json_begin_array(mn_json_writer *json)
{
    open_container(json, '[', false);
}

void mn_json_end_array(mn_json_writer *json)
{
    g_assert(json->depth > 0 && !in_object(json));
    close_container(json, ']');
}

static bool is_plain(char byte)
{
    return (unsigned char)byte >= 0x20 && (unsigned char)byte < 0x80 && byte != '"' && byte != '\\';
}

/* Whether all eight bytes of a word are plain: where none is 0x80 or more, the top bit of
 * word - n in every byte shows a byte below n, or that a lower one was. */
static bool is_plain_word(uint64_t word)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    uint64_t found = word | (word - ones * 0x20) | (quote - ones) | (backslash - ones);
    return (found & tops) == 0;
}

static uint64_t load_word(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* Four to eight bytes in one word; fewer than eight leave some in it twice. */
static uint64_t load_halves(const char *text, size_t len)
{
    uint32_t first, last;
    memcpy(&first, text, sizeof first);
    memcpy(&last, text + len - sizeof last, sizeof last);
    return (uint64_t)last << 32 | first;
}

/* The last bytes, fewer than eight, with others once more to make up a word. */
static bool is_plain_rest(const char *text, size_t len)
{
    if (len >= sizeof(uint64_t))
        return is_plain_word(load_word(text + len - sizeof(uint64_t)));
    return len >= sizeof(uint32_t) && is_plain_word(load_halves(text, len));
}

/* How many bytes go out without a closer look. */
static size_t plain_run(const char *text, size_t len)
{
    size_t at = 0;

    while (at + sizeof(uint64_t) <= len && is_plain_word(load_word(text + at)))
        at += sizeof(uint64_t);
    if (at < len && len - at < sizeof(uint64_t) && is_plain_rest(text, len))
        return len;
    while (at < len && is_plain(text[at]))
        at++;
    return at;
}

static void put_escape(mn_json_writer *json, char byte)
{
    static const char raw[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *named = byte != '\0' ? strchr(raw, byte) : NULL;

    mn_json_writer_reserve(json, ESCAPE_MAX + 1);
    char *out = json->bytes + json->len;
    if (named == NULL) {
        g_snprintf(out, ESCAPE_MAX + 1, "\\u%04x", (unsigned)(unsigned char)byte);
        json->len += ESCAPE_MAX;
        return;
    }
    out[0] = '\\';
    out[1] = letters[named - raw];
    json->len += 2;
}

/* A character that is not ASCII, at the start of the text; how many bytes of it that were. What
 * is none is replaced byte by byte, as encoding/json does. */
static size_t put_character(mn_json_writer *json, const char *text, size_t len)
{
    const gunichar character = g_utf8_get_char_validated(text, (gssize)len);
    if (character == (gunichar)-1 || character == (gunichar)-2) {
        put(json, replacement, sizeof replacement - 1);
        return 1;
    }
    const size_t used = (unsigned char)g_utf8_skip[(unsigned char)*text];
    put(json, text, used);
    return used;
}

/* What is not plain, at the start of the text; how many bytes of it that were. */
static size_t put_special(mn_json_writer *json, const char *text, size_t len)
{
    if ((unsigned char)*text >= 0x80)
        return put_character(json, text, len);
    put_escape(json, *text);
    return 1;
}

/* Nearly always all of it is plain. */
static void put_quoted(mn_json_writer *json, const char *text, size_t len)
{
    size_t run = plain_run(text, len);

    mn_json_writer_reserve(json, len + 2);
    char *out = json->bytes + json->len;
    *out++ = '"';
    if (run > 0)
        memcpy(out, text, run);
    json->len += 1 + run;
    while (run < len) {
        run += put_special(json, text + run, len - run);
        size_t more = plain_run(text + run, len - run);
        put(json, text + run, more);
        run += more;
    }
    put_byte(json, '"');
}

static void append_colon(mn_json_writer *json)
{
    append_byte(json, ':');
    if (json->style == MN_JSON_PRETTY)
        append_byte(json, ' ');
}

void mn_json_key_str(mn_json_writer *json, mn_str key)
{
    g_assert(in_object(json) && !json->keyed);
    separate(json);
    put_quoted(json, key.ptr, key.len);
    mn_json_writer_reserve(json, COLON_MAX);
    append_colon(json);
    json->keyed = true;
}

void mn_json_key(mn_json_writer *json, const char *key)
{
    mn_json_key_str(json, mn_str_of(key));
}

void mn_json_str(mn_json_writer *json, mn_str text)
{
    begin_value(json);
    put_quoted(json, text.ptr, text.len);
    end_value(json);
}

void mn_json_string(mn_json_writer *json, const char *text)
{
    if (text == NULL)
        mn_json_null(json);
    else
        mn_json_str(json, mn_str_of(text));
}

void mn_json_raw(mn_json_writer *json, mn_str value)
{
    g_assert(value.len > 0);
    begin_value(json);
    put(json, value.ptr, value.len);
    end_value(json);
}

void mn_json_null(mn_json_writer *json)
{
    mn_json_raw(json, MN_STR_LIT("null"));
}

void mn_json_bool(mn_json_writer *json, bool value)
{
    mn_json_raw(json, value ? MN_STR_LIT("true") : MN_STR_LIT("false"));
}

void mn_json_int(mn_json_writer *json, int64_t value)
{
    char digits[MN_JSON_NUMBER_TEXT];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0)
        digits[--at] = '-';
    mn_json_raw(json, (mn_str){.ptr = digits + at, .len = sizeof digits - at});
}

/* Significant digits that read back as the same double. 15 always survive the way
 * from decimal to double and back, so fewer need no look, but for subnormals; 17 the
 * way from double to decimal and back. */
static void shortest_digits(double value, char text[MN_JSON_NUMBER_TEXT])
{
    int decimals = fabs(value) < DBL_MIN ? 0 : 14;
    char format[MN_JSON_NUMBER_TEXT];

    do {
        g_snprintf(format, sizeof format, "%%.%de", decimals);
        g_ascii_formatd(text, MN_JSON_NUMBER_TEXT, format, value);
    } while (++decimals < 17 && g_ascii_strtod(text, NULL) != value);
}

/* As Go's encoding/json: digits alone from 1e-6 on, an exponent without leading
 * zeros beyond. Go uses digits up to 1e21; here they end where a reader could take
 * them for an integer that overflows. */
const char *mn_json_format_double(double value, char buffer[MN_JSON_NUMBER_TEXT])
{
    char digits[MN_JSON_NUMBER_TEXT];
    char format[MN_JSON_NUMBER_TEXT];

    g_assert(isfinite(value));
    shortest_digits(value, digits);
    char *e = strchr(digits, 'e');
    int exponent = (int)g_ascii_strtoll(e + 1, NULL, 10);
    if (strchr(digits, '.') != NULL) {
        while (e[-1] == '0')
            e--;
        e -= e[-1] == '.';
    }
    *e = '\0';
    if (value != 0 && (exponent < -6 || exponent >= 18)) {
        g_snprintf(buffer, MN_JSON_NUMBER_TEXT, "%se%+d", digits, exponent);
        return buffer;
    }
    int significant = (int)strlen(digits) - (digits[0] == '-') - (strchr(digits, '.') != NULL);
    g_snprintf(format, sizeof format, "%%.%df", MAX(significant - 1 - exponent, 0));
    return g_ascii_formatd(buffer, MN_JSON_NUMBER_TEXT, format, value);
}

void mn_json_double(mn_json_writer *json, double value)
{
    char buffer[MN_JSON_NUMBER_TEXT];
    mn_json_raw(json, mn_str_of(mn_json_format_double(value, buffer)));
}

char *mn_json_quote(const char *text)
{
    g_auto(mn_json_writer) json;

    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_string(&json, text);
    return mn_json_writer_steal(&json, NULL);
}

/* As deep as the tree, which its loader limited. */
/* NOLINTBEGIN(misc-no-recursion) */
static void put_object(mn_json_writer *json, const mn_at *object);

static void put_array(mn_json_writer *json, const mn_at *array)
{
    mn_json_begin_array(json);
    for (size_t i = 0, count = mn_at_count(array); i < count; i++) {
        const mn_at element = mn_at_element(array, i);
        mn_json_tree(json, element.value);
    }
    mn_json_end_array(json);
}

static void put_object(mn_json_writer *json, const mn_at *object)
{
    mn_members members = mn_members_of(object);
    mn_at member;

    mn_json_begin_object(json);
    while (mn_members_next(&members, &member)) {
        mn_json_key(json, member.key);
        mn_json_tree(json, member.value);
    }
    mn_json_end_object(json);
}

void mn_json_tree(mn_json_writer *json, const json_t *value)
{
    if (value == NULL) { /* mn_at has null as absent */
        mn_json_null(json);
        return;
    }
    const mn_at at = mn_at_tree(value);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        put_object(json, &at);
        return;
    case JSON_ARRAY:
        put_array(json, &at);
        return;
    case JSON_STRING:
        mn_json_str(json,
                    (mn_str){.ptr = json_string_value(value), .len = json_string_length(value)});
        return;
    case JSON_INTEGER:
        mn_json_int(json, json_integer_value(value));
        return;
    case JSON_REAL:
        mn_json_double(json, json_real_value(value));
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        mn_json_bool(json, json_is_true(value));
        return;
    case JSON_NULL:
        mn_json_null(json);
        return;
    }
}
/* NOLINTEND(misc-no-recursion) */
