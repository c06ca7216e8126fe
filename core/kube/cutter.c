/* SPDX-License-Identifier: Apache-2.0 */
/* Where a value stands whole in one piece it is handed over as it lies there; only one that
 * goes on in the next piece is copied.
 *
 *     watch   BEFORE_EVENT -- value --> BEFORE_EVENT
 *     list    BEFORE_LIST -{-> FIRST_KEY -"-> IN_KEY -"-> COLON -:-> MEMBER -- value -->
 * BEHIND_MEMBER
 *                                                                   \-[ of "items" -> FIRST_ITEM
 *             BEHIND_MEMBER -,-> NEXT_KEY, -}-> BEHIND_LIST
 *             FIRST_ITEM -- value --> BEHIND_ITEM -,-> NEXT_ITEM, -]-> BEHIND_MEMBER
 */
#include "core/kube/cutter.h"

#include <stdint.h>
#include <string.h>

enum { KEY_MAX = 64 };

typedef enum place {
    BEFORE_EVENT,
    BEFORE_LIST,
    FIRST_KEY, /* or the end of the object */
    NEXT_KEY,
    IN_KEY,
    COLON,
    MEMBER,
    BEHIND_MEMBER,
    FIRST_ITEM, /* or the end of the array */
    NEXT_ITEM,
    BEHIND_ITEM,
    BEHIND_LIST,
    IN_CONTAINER,
    IN_STRING,
    IN_SCALAR,
} place;

enum { PLACES = IN_SCALAR + 1 };

static const char *const expectations[PLACES] = {
    [BEFORE_EVENT] = "an event, an object",
    [BEFORE_LIST] = "a list, an object",
    [FIRST_KEY] = "a member or '}'",
    [NEXT_KEY] = "a member",
    [COLON] = "':'",
    [MEMBER] = "a value",
    [BEHIND_MEMBER] = "',' or '}'",
    [FIRST_ITEM] = "an object or ']'",
    [NEXT_ITEM] = "an object",
    [BEHIND_ITEM] = "',' or ']'",
    [BEHIND_LIST] = "nothing behind the list",
};

struct kube_cutter {
    size_t max_bytes;
    place place;
    kube_cut_kind kind; /* of the value that `place` is in */
    size_t depth;
    bool in_string, escaped;
    bool has_items;
    bool cut_short; /* the value is longer than max_bytes */
    GString *held;  /* how a value began that began in an earlier piece */
    size_t key_len;
    char key[KEY_MAX + 1];
    size_t offset; /* of the piece in the stream */
    kube_cut_fn each;
    void *data;
};

kube_cutter *kube_cutter_new(kube_cut_form form, size_t max_bytes)
{
    kube_cutter *cutter = g_new0(kube_cutter, 1);
    cutter->max_bytes = max_bytes;
    cutter->place = form == KUBE_CUT_WATCH ? BEFORE_EVENT : BEFORE_LIST;
    cutter->held = g_string_new(NULL);
    return cutter;
}

void kube_cutter_free(kube_cutter *cutter)
{
    if (cutter == NULL)
        return;
    g_string_free(cutter->held, TRUE);
    g_free(cutter);
}

bool kube_cutter_is_complete(const kube_cutter *cutter)
{
    return cutter->place == BEFORE_EVENT || cutter->place == BEHIND_LIST;
}

/* ---- inside a value */

/* Eight bytes of which none is a quote or a backslash: most of what comes. */
static bool is_plain(const char *at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    uint64_t word;
    memcpy(&word, at, sizeof word);
    const uint64_t quotes = word ^ (ones * '"'), backslashes = word ^ (ones * '\\');
    return ((((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes)) & highs) == 0;
}

/* To the next quote or backslash. */
static const char *pass_plain(const char *at, const char *end)
{
    while (end - at >= 8 && is_plain(at))
        at += 8;
    while (at < end && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* To behind the closing quote; the end of the piece while the string goes on. */
static const char *pass_string(kube_cutter *cutter, const char *at, const char *end)
{
    if (cutter->escaped && at < end) {
        cutter->escaped = false;
        at++;
    }
    for (at = pass_plain(at, end); at < end && *at == '\\'; at = pass_plain(at, end)) {
        at++;
        cutter->escaped = at == end;
        at += at == end ? 0 : 1;
    }
    if (at == end)
        return end;
    cutter->in_string = false;
    return at + 1;
}

static const char *pass_container(kube_cutter *cutter, const char *at, const char *end)
{
    while (at < end) {
        if (cutter->in_string) {
            at = pass_string(cutter, at, end);
            continue;
        }
        const char byte = *at++;
        if (byte == '"')
            cutter->in_string = true;
        else if (byte == '{' || byte == '[')
            cutter->depth++;
        else if ((byte == '}' || byte == ']') && --cutter->depth == 0)
            return at;
    }
    return end;
}

static const char *pass_scalar(const char *at, const char *end)
{
    while (at < end && strchr(",}] \t\r\n", *at) == NULL)
        at++;
    return at;
}

/* Goes as far as the value goes; *ended when that is not the end of the piece. */
static const char *pass_value(kube_cutter *cutter, const char *at, const char *end, bool *ended)
{
    if (cutter->place == IN_CONTAINER) {
        at = pass_container(cutter, at, end);
        *ended = cutter->depth == 0;
    } else if (cutter->place == IN_STRING) {
        at = pass_string(cutter, at, end);
        *ended = !cutter->in_string;
    } else {
        at = pass_scalar(at, end);
        *ended = at < end;
    }
    return at;
}

static void hold(kube_cutter *cutter, const char *bytes, size_t len)
{
    const size_t room = cutter->max_bytes - cutter->held->len;
    cutter->cut_short |= len > room;
    g_string_append_len(cutter->held, bytes, (gssize)MIN(len, room));
}

static place behind(kube_cut_kind kind)
{
    static const place places[] = {
        [KUBE_CUT_EVENT] = BEFORE_EVENT,
        [KUBE_CUT_ITEM] = BEHIND_ITEM,
        [KUBE_CUT_MEMBER] = BEHIND_MEMBER,
    };
    return places[kind];
}

static bool hand_over(kube_cutter *cutter, const char *begin, const char *end, GError **error)
{
    kube_cut cut = {.kind = cutter->kind, .key = cutter->key, .whole = true};
    cut.bytes = (mn_str){.ptr = begin, .len = (size_t)(end - begin)};
    if (cutter->held->len > 0 || cut.bytes.len > cutter->max_bytes) {
        hold(cutter, begin, cut.bytes.len);
        cut.bytes = (mn_str){.ptr = cutter->held->str, .len = cutter->held->len};
        cut.whole = !cutter->cut_short;
    }
    cutter->place = behind(cutter->kind);
    const bool fine = cutter->each(&cut, cutter->data, error);
    g_string_truncate(cutter->held, 0);
    cutter->cut_short = false;
    return fine;
}

/* NULL after a fault. */
static const char *take_value(kube_cutter *cutter, const char *at, const char *end, GError **error)
{
    bool ended = false;
    const char *reached = pass_value(cutter, at, end, &ended);
    if (ended)
        return hand_over(cutter, at, reached, error) ? reached : NULL;
    hold(cutter, at, (size_t)(reached - at));
    return reached;
}

/* ---- between values */

/* The byte stays to be taken: it is the value's first. */
static bool begin_value(kube_cutter *cutter, kube_cut_kind kind, char byte)
{
    const bool object = byte == '{';
    if (kind != KUBE_CUT_MEMBER && !object)
        return false;
    if (strchr(",:}]", byte) != NULL)
        return false;
    cutter->kind = kind;
    cutter->depth = 0;
    cutter->in_string = cutter->escaped = false;
    cutter->place = IN_SCALAR;
    if (object || byte == '[')
        cutter->place = IN_CONTAINER;
    return true;
}

static bool becomes(kube_cutter *cutter, place next)
{
    cutter->place = next;
    return true;
}

static bool begin_key(kube_cutter *cutter, char byte)
{
    cutter->key_len = 0;
    cutter->escaped = false;
    return byte == '"' && becomes(cutter, IN_KEY);
}

/* A string's opening quote must not be taken for its closing one. */
static bool begin_member(kube_cutter *cutter, char byte, bool *taken)
{
    cutter->key[cutter->key_len] = '\0';
    if (byte == '[' && strcmp(cutter->key, "items") == 0 && !cutter->has_items) {
        cutter->has_items = true;
        return becomes(cutter, FIRST_ITEM);
    }
    *taken = false;
    return begin_value(cutter, KUBE_CUT_MEMBER, byte);
}

static bool begin_item(kube_cutter *cutter, char byte, bool *taken)
{
    *taken = false;
    return begin_value(cutter, KUBE_CUT_ITEM, byte);
}

/* False: no such byte here. !*taken: it belongs to the value that begins. */
static bool step(kube_cutter *cutter, char byte, bool *taken)
{
    switch (cutter->place) {
    case BEFORE_EVENT:
        *taken = false;
        return begin_value(cutter, KUBE_CUT_EVENT, byte);
    case BEFORE_LIST:
        return byte == '{' && becomes(cutter, FIRST_KEY);
    case FIRST_KEY:
        return byte == '}' ? becomes(cutter, BEHIND_LIST) : begin_key(cutter, byte);
    case NEXT_KEY:
        return begin_key(cutter, byte);
    case COLON:
        return byte == ':' && becomes(cutter, MEMBER);
    case MEMBER:
        return begin_member(cutter, byte, taken);
    case BEHIND_MEMBER:
        return byte == '}' ? becomes(cutter, BEHIND_LIST)
                           : byte == ',' && becomes(cutter, NEXT_KEY);
    case FIRST_ITEM:
        return byte == ']' ? becomes(cutter, BEHIND_MEMBER) : begin_item(cutter, byte, taken);
    case NEXT_ITEM:
        return begin_item(cutter, byte, taken);
    case BEHIND_ITEM:
        return byte == ']' ? becomes(cutter, BEHIND_MEMBER)
                           : byte == ',' && becomes(cutter, NEXT_ITEM);
    case BEHIND_LIST:
    case IN_KEY:
    case IN_CONTAINER:
    case IN_STRING:
    case IN_SCALAR:
        break;
    }
    return false;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static bool fail(const kube_cutter *cutter, size_t at, char byte, GError **error)
{
    const char *expected = expectations[cutter->place];
    g_autofree char *found = g_ascii_isgraph(byte)
                                 ? g_strdup_printf("'%c'", byte)
                                 : g_strdup_printf("byte 0x%02x", (unsigned char)byte);
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SYNTAX,
                "byte %zu: expected %s, found %s",
                cutter->offset + at,
                expected == NULL ? "something else" : expected,
                found);
    return false;
}

/* A member's name; escapes in one are kept as they are, nobody asks for such. */
static bool take_key_byte(kube_cutter *cutter, char byte, GError **error)
{
    if (byte == '"' && !cutter->escaped) {
        cutter->place = COLON;
        return true;
    }
    cutter->escaped = byte == '\\' && !cutter->escaped;
    if (cutter->key_len == KEY_MAX) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "a member's name is longer than %d bytes",
                    (int)KEY_MAX);
        return false;
    }
    cutter->key[cutter->key_len++] = byte;
    return true;
}

/* Strings: the quote is taken, and counted to the value by hold(). */
static const char *open_string(kube_cutter *cutter, const char *at)
{
    cutter->place = IN_STRING;
    cutter->in_string = true;
    hold(cutter, at, 1);
    return at + 1;
}

static bool is_in_value(const kube_cutter *cutter)
{
    return cutter->place == IN_CONTAINER || cutter->place == IN_STRING ||
           cutter->place == IN_SCALAR;
}

bool kube_cutter_feed(kube_cutter *cutter, mn_str piece, kube_cut_fn each, void *data,
                      GError **error)
{
    const char *at = piece.ptr, *end = piece.ptr + piece.len;
    cutter->each = each;
    cutter->data = data;
    while (at != NULL && at < end) {
        bool taken = true;
        if (is_in_value(cutter)) {
            at = take_value(cutter, at, end, error);
            continue;
        }
        if (cutter->place == IN_KEY) {
            at = take_key_byte(cutter, *at, error) ? at + 1 : NULL;
            continue;
        }
        if (!is_blank(*at) && !step(cutter, *at, &taken))
            return fail(cutter, (size_t)(at - piece.ptr), *at, error);
        if (!taken && *at == '"')
            at = open_string(cutter, at);
        else
            at += taken ? 1 : 0;
    }
    cutter->offset += piece.len;
    return at != NULL;
}
