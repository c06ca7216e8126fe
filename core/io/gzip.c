/* SPDX-License-Identifier: Apache-2.0 */
/* inflate() in a loop. What it unpacks to is counted as it comes: a thousandfold is
 * easily packed. */
#include "mullion/io/gzip.h"

#include "mullion/base/error.h"

#include <zlib.h>

enum {
    GZIP_ONLY = 16, /* added to the window bits: neither zlib nor raw */
    FIRST_ROOM = 64 * 1024,
    STEP_MAX = 1 << 30, /* zlib counts in unsigned */
};

bool mn_gzip_is(mn_str bytes)
{
    return bytes.len >= 2 && (unsigned char)bytes.ptr[0] == 0x1f &&
           (unsigned char)bytes.ptr[1] == 0x8b;
}

typedef struct unpacking {
    z_stream stream;
    mn_str left;
    char *out;
    size_t len, room, max_bytes;
} unpacking;

/* Room for at least one byte; one byte more than allowed is held, to see that it is
 * too many. */
static bool grow(unpacking *state, GError **error)
{
    if (state->len < state->room)
        return true;
    if (state->len > state->max_bytes) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_LIMIT,
                    "unpacks to more than %zu bytes; split it",
                    state->max_bytes);
        return false;
    }
    size_t wanted = MAX(state->room * 2, (size_t)FIRST_ROOM);
    wanted = MIN(wanted, state->max_bytes + 1);
    char *larger = g_try_realloc(state->out, wanted + 1);
    if (larger == NULL) {
        g_set_error(error, MN_ERROR, MN_ERROR_LIMIT, "no memory to unpack %zu bytes", wanted);
        return false;
    }
    state->out = larger;
    state->room = wanted;
    return true;
}

static int step(unpacking *state)
{
    z_stream *stream = &state->stream;
    uInt in = (uInt)MIN(state->left.len, (size_t)STEP_MAX);
    uInt out = (uInt)MIN(state->room - state->len, (size_t)STEP_MAX);

    /* zlib's input is not const without ZLIB_CONST, though it does not write. */
    union {
        const char *read_only;
        Bytef *open;
    } input = {.read_only = state->left.ptr};
    stream->next_in = input.open;
    stream->avail_in = in;
    stream->next_out = (Bytef *)state->out + state->len;
    stream->avail_out = out;
    int status = inflate(stream, Z_NO_FLUSH);
    state->left.ptr += in - stream->avail_in;
    state->left.len -= in - stream->avail_in;
    state->len += out - stream->avail_out;
    return status;
}

static bool fail(const unpacking *state, int status, GError **error)
{
    bool cut_off = status == Z_BUF_ERROR || status == Z_OK; /* no input left */
    const char *why = state->stream.msg != NULL ? state->stream.msg : "no gzip member";

    g_set_error(error,
                MN_ERROR,
                MN_ERROR_SYNTAX,
                "damaged gzip: %s; pack it again or give the plain file",
                cut_off ? "it is cut off" : why);
    return false;
}

static bool unpack_member(unpacking *state, GError **error)
{
    int status = Z_OK;

    while (status != Z_STREAM_END) {
        if (!grow(state, error))
            return false;
        status = step(state);
        if (status != Z_OK && status != Z_STREAM_END)
            return fail(state, status, error);
        if (status == Z_OK && state->left.len == 0 && state->len < state->room)
            return fail(state, status, error);
    }
    return true;
}

static bool unpack_all(unpacking *state, GError **error)
{
    do {
        if (!unpack_member(state, error))
            return false;
        while (state->left.len > 0 && *state->left.ptr == '\0') { /* tape padding */
            state->left.ptr++;
            state->left.len--;
        }
    } while (state->left.len > 0 && inflateReset(&state->stream) == Z_OK);
    if (state->len <= state->max_bytes)
        return true;
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_LIMIT,
                "unpacks to more than %zu bytes; split it",
                state->max_bytes);
    return false;
}

char *mn_gzip_unpack(mn_str packed, size_t max_bytes, size_t *len, GError **error)
{
    unpacking state = {.left = packed, .max_bytes = MIN(max_bytes, (size_t)G_MAXSSIZE - 2)};

    if (inflateInit2(&state.stream, MAX_WBITS + GZIP_ONLY) != Z_OK)
        g_error("inflateInit2: out of memory");
    bool ok = unpack_all(&state, error);
    inflateEnd(&state.stream);
    if (!ok) {
        g_free(state.out);
        return NULL;
    }
    state.out[state.len] = '\0';
    *len = state.len;
    return state.out;
}
