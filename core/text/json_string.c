/* SPDX-License-Identifier: Apache-2.0 */
/* What a scanned string means: escapes, UTF-8, and keys as encoding/json compares them.
 *
 * The scan has already checked the form of every escape.
 */
#include "core/text/json_token.h"
#include "mullion/text/json_scan.h"

enum {
    ASCII_LIMIT = 0x80,
    KELVIN_SIGN = 0x212a,
    LONG_S = 0x17f,
    NO_RUNE = 0x110000, /* stands for bytes that are not UTF-8 */
};

bool mn_utf8_is_valid(mn_str text)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= text.len; i += sizeof word) {
        memcpy(&word, text.ptr + i, sizeof word);
        if (word & high)
            break;
    }
    while (i < text.len && (unsigned char)text.ptr[i] < ASCII_LIMIT)
        i++;
    /* GLib takes U+0000 for the end; nothing that a scan gives can hold it. */
    return i == text.len || g_utf8_validate_len(text.ptr + i, text.len - i, NULL);
}

static gunichar read_hex(const char *digits)
{
    gunichar value = 0;
    for (int i = 0; i < 4; i++)
        value = value * 16 + (gunichar)g_ascii_xdigit_value(digits[i]);
    return value;
}

/* The rune at the start of `left`, and on to the next: as it stands there. */
static gunichar next_plain(mn_str *left)
{
    size_t used = 1;
    gunichar rune = (unsigned char)*left->ptr;
    if (rune >= ASCII_LIMIT) {
        rune = g_utf8_get_char_validated(left->ptr, (gssize)left->len);
        bool valid = rune != (gunichar)-1 && rune != (gunichar)-2;
        used = valid ? (size_t)g_unichar_to_utf8(rune, NULL) : 1;
        rune = valid ? rune : NO_RUNE;
    }
    left->ptr += used;
    left->len -= used;
    return rune;
}

/* The same, with the escapes of JSON. A surrogate pair is one rune, a surrogate alone is itself. */
static gunichar next_rune(mn_str *left)
{
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    const char *at = left->ptr;
    size_t used = 2;
    gunichar rune = 0;
    if (*at != '\\')
        return next_plain(left);
    if (at[1] == 'u') {
        used = 6;
        rune = read_hex(at + 2);
        bool pair = (rune & 0xfc00) == 0xd800 && left->len >= 12 && at[6] == '\\' && at[7] == 'u';
        gunichar low = pair ? read_hex(at + 8) : 0;
        if ((low & 0xfc00) == 0xdc00) {
            used = 12;
            rune = 0x10000 + ((rune & 0x3ff) << 10) + (low & 0x3ff);
        }
    } else {
        const char *letter = strchr(letters, at[1]);
        rune = (unsigned char)(letter != NULL ? meanings[letter - letters] : at[1]);
    }
    left->ptr += used;
    left->len -= used;
    return rune;
}

static gunichar fold(gunichar rune)
{
    if (rune == KELVIN_SIGN)
        return 'k';
    if (rune == LONG_S)
        return 's';
    return rune < ASCII_LIMIT ? (unsigned char)g_ascii_tolower((char)rune) : rune;
}

static gunichar keep(gunichar rune)
{
    return rune;
}

typedef gunichar (*next_fn)(mn_str *left);

/* JSON, and what `next` reads: a name is no JSON, a backslash in it is one. */
static bool is_same(mn_str json, mn_str other, next_fn next, gunichar (*as)(gunichar rune))
{
    while (json.len > 0 && other.len > 0)
        if (as(next_rune(&json)) != as(next(&other)))
            return false;
    return json.len == other.len;
}

bool mn_scan_string_is_escaped(mn_scan_string string, const char *name)
{
    return is_same(string.raw, mn_str_of(name), next_plain, keep);
}

/* Bytes that mean themselves. */
static bool is_same_ascii(mn_str a, mn_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.ptr[i] != b.ptr[i] && g_ascii_tolower(a.ptr[i]) != g_ascii_tolower(b.ptr[i]))
            return false;
    return true;
}

static bool is_bare(mn_scan_string string)
{
    return string.ascii && !string.escaped;
}

bool mn_scan_string_is_like(mn_scan_string string, const char *name)
{
    if (is_bare(string))
        return is_same_ascii(string.raw, mn_str_of(name));
    return is_same(string.raw, mn_str_of(name), next_plain, fold);
}

static bool is_same_key(mn_scan_string a, mn_scan_string b)
{
    return is_bare(a) && is_bare(b) ? is_same_ascii(a.raw, b.raw)
                                    : is_same(a.raw, b.raw, next_rune, fold);
}

bool mn_scan_is_new_key(mn_scan *scan, mn_scan_keys *seen, mn_scan_string key)
{
    if (scan->fault != MN_SCAN_FINE)
        return false;
    for (size_t i = 0; i < seen->count; i++) {
        if (is_same_key(seen->keys[i], key)) {
            mn_scan_reject(scan, MN_SCAN_DUPLICATE_KEY, key.raw.ptr);
            return false;
        }
    }
    if (seen->count == MN_SCAN_KEYS_MAX) {
        mn_scan_reject(scan, MN_SCAN_TOO_MANY_KEYS, key.raw.ptr);
        return false;
    }
    seen->keys[seen->count++] = key;
    return true;
}

static bool is_text(gunichar rune)
{
    return rune != 0 && rune != NO_RUNE && (rune < 0xd800 || rune > 0xdfff);
}

bool mn_scan_string_decode(mn_arena *arena, mn_scan_string string, mn_str *out, GError **error)
{
    if (!string.ascii && !mn_utf8_is_valid(string.raw)) {
        g_set_error(error, MN_ERROR, MN_ERROR_SYNTAX, "the string is not UTF-8");
        return false;
    }
    if (!string.escaped) {
        *out = string.raw;
        return true;
    }
    char *copy = mn_arena_alloc(arena, string.raw.len + 1, 1); /* an escape is never shorter */
    size_t used = 0;
    for (mn_str left = string.raw; left.len > 0;) {
        gunichar rune = next_rune(&left);
        if (!is_text(rune)) {
            g_set_error(error,
                        MN_ERROR,
                        MN_ERROR_SYNTAX,
                        "the string holds the escape \\u%04x, which stands for no character",
                        rune);
            return false;
        }
        used += (size_t)g_unichar_to_utf8(rune, copy + used);
    }
    *out = (mn_str){.ptr = copy, .len = used};
    return true;
}
