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

static inline json_block json_block_classify(const char *bytes)
{
    json_block block = {0};
    for (unsigned i = 0; i < JSON_BLOCK; i += JSON_LANE) {
        __m128i lane = json_lane_load(bytes + i);
        __m128i folded = _mm_or_si128(lane, _mm_set1_epi8(0x20));
        block.quote |= json_lane_bits(json_lane_equals(lane, '"')) << i;
        block.backslash |= json_lane_bits(json_lane_equals(lane, '\\')) << i;
        block.brace |= json_lane_bits(json_lane_equals(lane, '{')) << i;
        block.open |= json_lane_bits(json_lane_equals(folded, '{')) << i;
        block.close |= json_lane_bits(json_lane_equals(folded, '}')) << i;
        block.comma |= json_lane_bits(json_lane_equals(lane, ',')) << i;
        block.colon |= json_lane_bits(json_lane_equals(lane, ':')) << i;
        block.control |= json_lane_bits(json_lane_controls(lane)) << i;
        block.blank |= json_lane_bits(json_lane_equals(lane, ' ')) << i;
    }
    if (G_LIKELY(block.control == 0)) /* compact text has no line breaks */
        return block;
    for (unsigned i = 0; i < JSON_BLOCK; i += JSON_LANE) {
        __m128i lane = json_lane_load(bytes + i);
        __m128i breaks =
            _mm_or_si128(_mm_or_si128(json_lane_equals(lane, '\n'), json_lane_equals(lane, '\r')),
                         json_lane_equals(lane, '\t'));
        block.blank |= json_lane_bits(breaks) << i;
    }
    return block;
}

static inline uint32_t json_lane_specials(const char *bytes)
{
    __m128i lane = json_lane_load(bytes);
    __m128i found = _mm_or_si128(json_lane_equals(lane, '"'), json_lane_equals(lane, '\\'));
    return (uint32_t)json_lane_bits(_mm_or_si128(found, json_lane_controls(lane)));
}
#else
#define json_block_classify json_block_classify_portable
#define json_lane_specials  json_lane_specials_portable
#endif

#endif
