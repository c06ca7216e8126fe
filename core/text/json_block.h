/* SPDX-License-Identifier: Apache-2.0 */
/* 64 bytes of JSON at once: for each kind of byte a mask, bit i for byte i.
 *
 * Two twins: SSE2, which every x86-64 has, and plain 64-bit words for the rest. A
 * test holds them together. Private to the scanner.
 */
#ifndef MN_JSON_BLOCK_H
#define MN_JSON_BLOCK_H

#include <glib.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { JSON_BLOCK = 64, JSON_LANE = 16 };

typedef struct json_block {
    uint64_t quote, backslash;
    uint64_t brace;       /* { */
    uint64_t open, close; /* { [ and } ] */
    uint64_t comma, colon;
    uint64_t blank;   /* space, tab, line feed, carriage return */
    uint64_t control; /* below space, blanks included */
} json_block;

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (uint8_t)(c))

static inline uint64_t json_word(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return GUINT64_FROM_LE(word);
}

/* Bit i: byte i of the word is zero. Exact: no carry crosses a byte. The product
 * gathers the eight flags in the top byte. */
static inline uint64_t json_word_zeros(uint64_t word)
{
    const uint64_t low = EACH_BYTE(0x7f);
    uint64_t flags = ~(((word & low) + low) | word | low);
    return ((flags >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static inline uint64_t json_word_equals(uint64_t word, char c)
{
    return json_word_zeros(word ^ EACH_BYTE(c));
}

static inline json_block json_block_classify_portable(const char *bytes)
{
    json_block block = {0};
    for (unsigned i = 0; i < JSON_BLOCK; i += 8) {
        uint64_t word = json_word(bytes + i);
        uint64_t folded = word | EACH_BYTE(0x20); /* [ becomes {, and ] becomes } */
        block.quote |= json_word_equals(word, '"') << i;
        block.backslash |= json_word_equals(word, '\\') << i;
        block.brace |= json_word_equals(word, '{') << i;
        block.open |= json_word_equals(folded, '{') << i;
        block.close |= json_word_equals(folded, '}') << i;
        block.comma |= json_word_equals(word, ',') << i;
        block.colon |= json_word_equals(word, ':') << i;
        block.control |= json_word_zeros(word & EACH_BYTE(0xe0)) << i;
        block.blank |= (json_word_equals(word, ' ') | json_word_equals(word, '\n') |
                        json_word_equals(word, '\r') | json_word_equals(word, '\t'))
                       << i;
    }
    return block;
}

/* Bit i of JSON_LANE: byte i is a quote, a backslash or a control byte. */
static inline uint32_t json_lane_specials_portable(const char *bytes)
{
    uint32_t specials = 0;
    for (unsigned i = 0; i < JSON_LANE; i += 8) {
        uint64_t word = json_word(bytes + i);
        uint64_t found = json_word_equals(word, '"') | json_word_equals(word, '\\') |
                         json_word_zeros(word & EACH_BYTE(0xe0));
        specials |= (uint32_t)found << i;
    }
    return specials;
}

/* Bit i of JSON_LANE: byte i is no ASCII. */
static inline uint32_t json_lane_highs_portable(const char *bytes)
{
    const uint64_t high = EACH_BYTE(0x80);
    return (uint32_t)(json_word_equals(json_word(bytes) & high, '\x80') |
                      json_word_equals(json_word(bytes + 8) & high, '\x80') << 8);
}

/* Bit i of JSON_LANE: byte i is either of these, so that a name could not go on with it. */
static inline uint32_t json_lane_ends_portable(const char *bytes)
{
    return json_lane_specials_portable(bytes) | json_lane_highs_portable(bytes);
}

#ifdef __SSE2__
static inline uint64_t json_lane_bits(__m128i flags)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(flags);
}

static inline __m128i json_lane_equals(__m128i lane, char c)
{
    return _mm_cmpeq_epi8(lane, _mm_set1_epi8(c));
}

static inline __m128i json_lane_controls(__m128i lane)
{
    const __m128i last = _mm_set1_epi8(0x1f);
    return _mm_cmpeq_epi8(_mm_max_epu8(lane, last), last);
}

static inline __m128i json_lane_load(const char *bytes)
{
    __m128i lane;
    memcpy(&lane, bytes, sizeof lane);
    return lane;
}

/* Written out, since gcc -O2 leaves a loop over four lanes a loop, at half the speed. */
typedef struct json_lanes {
    __m128i a, b, c, d;
} json_lanes;

static inline uint64_t json_lanes_bits(__m128i a, __m128i b, __m128i c, __m128i d)
{
    return json_lane_bits(a) | json_lane_bits(b) << 16 | json_lane_bits(c) << 32 |
           json_lane_bits(d) << 48;
}

static inline uint64_t json_lanes_equal(json_lanes in, char c)
{
    return json_lanes_bits(json_lane_equals(in.a, c),
                           json_lane_equals(in.b, c),
                           json_lane_equals(in.c, c),
                           json_lane_equals(in.d, c));
}

static inline json_block json_block_classify(const char *bytes)
{
    const __m128i bit = _mm_set1_epi8(0x20);
    const json_lanes in = {json_lane_load(bytes),
                           json_lane_load(bytes + 16),
                           json_lane_load(bytes + 32),
                           json_lane_load(bytes + 48)};
    const json_lanes folded = {_mm_or_si128(in.a, bit),
                               _mm_or_si128(in.b, bit),
                               _mm_or_si128(in.c, bit),
                               _mm_or_si128(in.d, bit)};
    json_block block = {
        .quote = json_lanes_equal(in, '"'),
        .backslash = json_lanes_equal(in, '\\'),
        .brace = json_lanes_equal(in, '{'),
        .open = json_lanes_equal(folded, '{'),
        .close = json_lanes_equal(folded, '}'),
        .comma = json_lanes_equal(in, ','),
        .colon = json_lanes_equal(in, ':'),
        .blank = json_lanes_equal(in, ' '),
        .control = json_lanes_bits(json_lane_controls(in.a),
                                   json_lane_controls(in.b),
                                   json_lane_controls(in.c),
                                   json_lane_controls(in.d)),
    };
    if (G_UNLIKELY(block.control != 0)) /* compact text has no line breaks */
        block.blank |=
            json_lanes_equal(in, '\n') | json_lanes_equal(in, '\r') | json_lanes_equal(in, '\t');
    return block;
}

static inline uint32_t json_lane_specials(const char *bytes)
{
    __m128i lane = json_lane_load(bytes);
    __m128i found = _mm_or_si128(json_lane_equals(lane, '"'), json_lane_equals(lane, '\\'));
    return (uint32_t)json_lane_bits(_mm_or_si128(found, json_lane_controls(lane)));
}

static inline uint32_t json_lane_highs(const char *bytes)
{
    return (uint32_t)json_lane_bits(json_lane_load(bytes));
}

/* Whose bytes have signs here: those that are no ASCII are less than a blank, too. */
static inline uint32_t json_lane_ends(const char *bytes)
{
    __m128i lane = json_lane_load(bytes);
    __m128i found = _mm_or_si128(json_lane_equals(lane, '"'), json_lane_equals(lane, '\\'));
    __m128i below = _mm_cmplt_epi8(lane, _mm_set1_epi8(0x20));
    return (uint32_t)json_lane_bits(_mm_or_si128(found, below));
}
#else
#define json_block_classify json_block_classify_portable
#define json_lane_specials  json_lane_specials_portable
#define json_lane_highs     json_lane_highs_portable
#define json_lane_ends      json_lane_ends_portable
#endif

#endif
