/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire/wire_list.h"

void wire_fail(wire_decode *decode, mn_error code, const char *format, ...)
{
    if (decode->failed || decode->scan.fault != MN_SCAN_FINE)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(decode->error, MN_ERROR, (int)code, "%s", message);
    decode->failed = true;
    mn_scan_reject(&decode->scan, MN_SCAN_UNEXPECTED, decode->scan.at);
}

unsigned wire_read_body(wire_decode *decode, mn_str body, wire_read_member read, void *into)
{
    mn_scan_keys seen = {.count = 0};
    mn_scan_string key;
    unsigned bits = 0;
    mn_scan_init(&decode->scan, body, decode->limits->depth);
    mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (mn_scan_next_member(&decode->scan, &key) &&
           mn_scan_is_new_key(&decode->scan, &seen, key))
        bits |= read(decode, key, into);
    return bits;
}

void wire_read_answer(wire_decode *decode, mn_str body, wire_read_member read, void *into)
{
    mn_scan_string key;
    mn_scan_init(&decode->scan, body, decode->limits->depth);
    if (mn_scan_peek(&decode->scan) == MN_SCAN_NULL)
        mn_scan_take(&decode->scan);
    else
        mn_scan_enter(&decode->scan, MN_SCAN_OBJECT);
    while (decode->scan.depth > 0 && mn_scan_next_member(&decode->scan, &key))
        (void)read(decode, key, into);
}

mn_str wire_text_of(wire_decode *decode, mn_scan_string string, size_t max_bytes)
{
    g_autoptr(GError) error = NULL;
    mn_str text = {.ptr = NULL};
    if (decode->scan.fault != MN_SCAN_FINE)
        return text;
    if (string.ascii && !string.escaped && string.raw.len <= max_bytes)
        return string.raw;
    size_t at = (size_t)(string.raw.ptr - decode->scan.start);
    if (string.raw.len > max_bytes)
        wire_fail(decode,
                  MN_ERROR_LIMIT,
                  "byte %zu: a string of %zu bytes, at most %zu are taken here",
                  at,
                  string.raw.len,
                  max_bytes);
    else if (!mn_scan_string_decode(decode->arena, string, &text, &error))
        wire_fail(decode, MN_ERROR_SYNTAX, "byte %zu: %s", at, error->message);
    return text;
}

mn_str wire_take_text(wire_decode *decode, size_t max_bytes)
{
    mn_scan_string string = mn_scan_take_string(&decode->scan);
    return wire_text_of(decode, string, max_bytes);
}

bool wire_has_room(wire_decode *decode, size_t count)
{
    if (count < decode->limits->nodes)
        return true;
    wire_fail(decode,
              MN_ERROR_LIMIT,
              "byte %zu: more than %zu nodes",
              (size_t)(decode->scan.at - decode->scan.start),
              decode->limits->nodes);
    return false;
}

bool wire_finish(wire_decode *decode, const char *what)
{
    if (decode->scan.fault == MN_SCAN_FINE && mn_scan_end(&decode->scan, NULL))
        return true;
    return wire_check(decode, what);
}

bool wire_check(wire_decode *decode, const char *what)
{
    if (!decode->failed && mn_scan_check(&decode->scan, decode->error))
        return true;
    g_prefix_error(decode->error, "%s: ", what);
    return false;
}
