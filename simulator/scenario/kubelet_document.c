/* SPDX-License-Identifier: Apache-2.0 */
/* `kubelet` of a scenario: how fast images come and are unpacked. */
#include "simulator/scenario/parts.h"

enum { LEAST_RATE = 1024 };

/* Unpacking decides: some 50 MB/s were seen on Windows, twice that on Linux. */
const mn_kubelet_settings mn_kubelet_settings_default = {
    .bandwidth = 100LL << 20,
    .linux_unpack_rate = 100LL << 20,
    .windows_unpack_rate = 50LL << 20,
    .serialize_pulls = true,
};

static bool decode_rate(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    if (!mn_decode_size(arena, at, out, error))
        return false;
    return *(int64_t *)out >= LEAST_RATE ||
           mn_at_error(at,
                       MN_ERROR_SCHEMA,
                       error,
                       "expected at least 1Ki a second, such as 100Mi: bytes, not bits");
}

static bool decode_serialize(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    return mn_read_bool(at, out, error);
}

static const mn_field fields[] = {
    MN_FIELD_BY(mn_kubelet_settings, bandwidth, "bandwidth", decode_rate),
    MN_FIELD_BY(mn_kubelet_settings, linux_unpack_rate, "linuxUnpackRate", decode_rate),
    MN_FIELD_BY(mn_kubelet_settings, windows_unpack_rate, "windowsUnpackRate", decode_rate),
    MN_FIELD_BY(mn_kubelet_settings, serialize_pulls, "serializeImagePulls", decode_serialize),
};
const mn_shape mn_kubelet_shape = {
    .name = "kubelet",
    .size = sizeof(mn_kubelet_settings),
    .fields = fields,
    .count = G_N_ELEMENTS(fields),
    .strict = true,
};

/* Decoding zeroes what is decoded into: what is not said keeps its default. */
bool mn_decode_kubelet(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_kubelet_settings *settings = out;
    const mn_kubelet_settings fallback = mn_kubelet_settings_default;
    mn_at serialize = mn_at_member(at, "serializeImagePulls");
    if (!mn_decode(arena, &mn_kubelet_shape, at, settings, error))
        return false;
    if (settings->bandwidth == 0)
        settings->bandwidth = fallback.bandwidth;
    if (settings->linux_unpack_rate == 0)
        settings->linux_unpack_rate = fallback.linux_unpack_rate;
    if (settings->windows_unpack_rate == 0)
        settings->windows_unpack_rate = fallback.windows_unpack_rate;
    if (!mn_at_is_there(&serialize))
        settings->serialize_pulls = fallback.serialize_pulls;
    return true;
}
