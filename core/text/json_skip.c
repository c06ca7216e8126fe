/* SPDX-License-Identifier: Apache-2.0 */
/* Passes over an object or array, 64 bytes at a time, and still checks its grammar.
 *
 * A block becomes masks (json_block.h). Strings are found by the parity of quotes.
 * Only brackets are walked one by one; they give the end, and for each byte whether
 * it stands in an object. All else is arithmetic on masks: for each class of token
 * the next byte that is not blank must be of a class that may follow.
 *
 *     after                 must come
 *     {                     a key or }         a comma in an object      a key
 *     a key                 :                  : or a comma in an array  a value
 *     [                     a value or ]       a value                   , or a bracket that closes
 *
 * Which bracket closes is the walk's business. "Next that is not blank" is an
 * addition: a one put at the start of a run of blanks carries to the byte behind it.
 */
#include "core/text/json_block.h"
#include "core/text/json_token.h"

enum { AFTER_BRACE, AFTER_MEMBER, AFTER_KEY, AFTER_LEAD, AFTER_BRACKET, AFTER_VALUE, CLASSES };

/* What one block hands to the next. */
struct walk {
    mn_scan *scan;
    size_t base, depth;
    bool in_object;
    uint64_t escape, key, scalar; /* 0 or 1: goes on in the next block */
    uint64_t string;              /* 0 or all ones */
    uint64_t after[CLASSES];      /* 0 or 1: its successor is yet to come */
};

/* One block. `upto` covers what belongs to the container that is passed over. */
struct tokens {
    json_block is;
    uint64_t string;      /* from the opening quote on, without the closing one */
    uint64_t string_ends; /* closing quotes */
    uint64_t scalars, scalar_starts;
    uint64_t objects; /* directly in an object */
    uint64_t upto;
    bool ended;
};

/* Bit i: the number of bits up to it is odd. */
static uint64_t parity(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    return bits ^ bits << 32;
}

static unsigned lowest(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

/* The bytes that are escaped; leaves the backslashes that do it. */
static uint64_t find_escaped(struct walk *walk, uint64_t *backslashes)
{
    uint64_t escaped = walk->escape;
    *backslashes &= ~walk->escape;
    walk->escape = 0;
    for (uint64_t left = *backslashes; G_UNLIKELY(left != 0);) {
        unsigned i = lowest(left);
        walk->escape = i == 63;
        escaped |= UINT64_C(2) << i;
        left &= ~(UINT64_C(3) << i);
    }
    *backslashes &= ~escaped;
    return escaped;
}

static void find_tokens(struct walk *walk, const char *bytes, struct tokens *tokens)
{
    json_block *is = &tokens->is;
    *is = json_block_classify(bytes);
    is->quote &= ~find_escaped(walk, &is->backslash);
    tokens->string = parity(is->quote) ^ walk->string;
    walk->string = -(tokens->string >> 63);
    tokens->string_ends = is->quote & ~tokens->string;

    uint64_t outside = ~(tokens->string | is->quote);
    is->brace &= outside;
    is->open &= outside;
    is->close &= outside;
    is->comma &= outside;
    is->colon &= outside;
    is->blank &= outside;
    tokens->scalars = outside & ~(is->open | is->close | is->comma | is->colon | is->blank);
    tokens->scalar_starts = tokens->scalars & ~(tokens->scalars << 1 | walk->scalar);
}

/* False at a bracket that must not stand there. */
static bool walk_bracket(struct walk *walk, const char *at, bool opens)
{
    if (opens && walk->depth == walk->scan->max_depth) {
        mn_scan_reject(walk->scan, MN_SCAN_TOO_DEEP, at);
        return false;
    }
    if (opens) {
        walk->in_object = *at == '{';
        json_depth_set(walk->scan, walk->depth++, walk->in_object);
        return true;
    }
    if (walk->in_object != (*at == '}')) {
        mn_scan_reject(walk->scan, MN_SCAN_UNEXPECTED, at);
        return false;
    }
    walk->depth--;
    walk->in_object = walk->depth > 0 && json_depth_is_object(walk->scan, walk->depth - 1);
    return true;
}

static void walk_brackets(struct walk *walk, const char *at, struct tokens *tokens)
{
    tokens->objects = walk->in_object ? UINT64_MAX : 0;
    tokens->upto = UINT64_MAX;
    tokens->ended = false;
    for (uint64_t left = tokens->is.open | tokens->is.close; left != 0; left &= left - 1) {
        unsigned i = lowest(left);
        uint64_t behind = UINT64_C(-2) << i;
        bool fine = walk_bracket(walk, at + i, (tokens->is.open >> i) & 1);
        if (!fine || walk->depth == walk->base) {
            tokens->upto = ~behind;
            tokens->ended = true;
            return;
        }
        tokens->objects = (tokens->objects & ~behind) | (walk->in_object ? behind : 0);
    }
}

static uint64_t follow(struct walk *walk, int class, uint64_t ends, uint64_t blank)
{
    uint64_t next;
    bool over = __builtin_add_overflow(blank, ends << 1 | walk->after[class], &next);
    walk->after[class] = over | ends >> 63;
    return next & ~blank;
}

/* As follow(), for values: a scalar's last byte is only known by the next one. */
static uint64_t follow_value(struct walk *walk, const struct tokens *tokens, uint64_t ends)
{
    uint64_t behind_scalar = (tokens->scalars << 1 | walk->scalar) & ~tokens->scalars;
    uint64_t next;
    bool over = __builtin_add_overflow(
        tokens->is.blank, ends << 1 | walk->after[AFTER_VALUE] | behind_scalar, &next);
    walk->after[AFTER_VALUE] = over | ends >> 63;
    walk->scalar = tokens->scalars >> 63;
    return next & ~tokens->is.blank;
}

/* The bytes that must not stand where they stand. */
static uint64_t find_strays(struct walk *walk, const struct tokens *tokens)
{
    const json_block *is = &tokens->is;
    uint64_t starts = is->quote & tokens->string;
    uint64_t values = starts | is->open | tokens->scalar_starts;
    uint64_t brace = follow(walk, AFTER_BRACE, is->brace, is->blank);
    uint64_t member = follow(walk, AFTER_MEMBER, is->comma & tokens->objects, is->blank);

    /* A key's first byte, added to its string, carries to the closing quote. */
    uint64_t ends, keys = starts & (brace | member);
    bool over = __builtin_add_overflow(tokens->string, keys, &ends);
    over |= __builtin_add_overflow(ends, walk->key, &ends);
    walk->key = over;
    uint64_t key_ends = ends & tokens->string_ends;

    uint64_t lead = is->colon | (is->comma & ~tokens->objects);
    uint64_t value_ends = (tokens->string_ends & ~key_ends) | is->close;
    uint64_t strays = (brace & ~(starts | is->close)) | (member & ~starts);
    strays |= follow(walk, AFTER_KEY, key_ends, is->blank) & ~is->colon;
    strays |= follow(walk, AFTER_LEAD, lead, is->blank) & ~values;
    strays |= follow(walk, AFTER_BRACKET, is->open & ~is->brace, is->blank) & ~(values | is->close);
    strays |= follow_value(walk, tokens, value_ends) & ~(is->comma | is->close);
    return strays;
}

static void check_block(struct walk *walk, const char *at, const struct tokens *tokens)
{
    uint64_t strays = find_strays(walk, tokens) & tokens->upto;
    if (G_UNLIKELY(strays != 0))
        mn_scan_reject(walk->scan, MN_SCAN_UNEXPECTED, at + lowest(strays));

    uint64_t controls = tokens->is.control & tokens->string & tokens->upto;
    if (G_UNLIKELY(controls != 0))
        mn_scan_reject(walk->scan, MN_SCAN_CONTROL_BYTE, at + lowest(controls));

    uint64_t scalars = tokens->scalar_starts & tokens->upto;
    for (; scalars != 0; scalars &= scalars - 1)
        json_pass_scalar(walk->scan, at + lowest(scalars));

    uint64_t escapes = tokens->is.backslash & tokens->upto;
    for (; G_UNLIKELY(escapes != 0); escapes &= escapes - 1)
        json_pass_escape(walk->scan, at + lowest(escapes));
}

const char *json_pass_container(mn_scan *scan, const char *at)
{
    struct walk walk = {.scan = scan, .base = scan->depth, .depth = scan->depth};
    struct tokens tokens;
    char tail[JSON_BLOCK];

    for (; at < scan->end; at += JSON_BLOCK) {
        const char *bytes = at;
        if ((size_t)(scan->end - at) < JSON_BLOCK) {
            memset(tail, ' ', sizeof tail);
            memcpy(tail, at, (size_t)(scan->end - at));
            bytes = tail;
        }
        find_tokens(&walk, bytes, &tokens);
        walk_brackets(&walk, at, &tokens);
        check_block(&walk, at, &tokens);
        if (scan->fault != MN_SCAN_FINE)
            return NULL;
        if (tokens.ended)
            return at + 64 - __builtin_clzll(tokens.upto);
    }
    mn_scan_reject(scan, MN_SCAN_TRUNCATED, scan->end);
    return NULL;
}
