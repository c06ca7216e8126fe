/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a list of 5,000 nodes is skipped, walked and cut, and what jansson needs for
 * the same bytes in the same run. */
#include "core/text/json_block.h"
#include "mullion/text/json_scan.h"
#include "tests/bench/big_nodes.h"

#include <jansson.h>
#include <stdio.h>

enum { NODES = 5000, ROUNDS = 5, DEPTH = 128 };

static size_t skip(mn_str text)
{
    mn_scan scan;
    mn_scan_init(&scan, text, DEPTH);
    return mn_scan_take(&scan).len;
}

static size_t classify(mn_str text)
{
    uint64_t sum = 0;
    for (size_t i = 0; i + JSON_BLOCK <= text.len; i += JSON_BLOCK)
        sum ^= json_block_classify(text.ptr + i).quote;
    return (size_t)(sum | 1);
}

static size_t classify_portable(mn_str text)
{
    uint64_t sum = 0;
    for (size_t i = 0; i + JSON_BLOCK <= text.len; i += JSON_BLOCK)
        sum ^= json_block_classify_portable(text.ptr + i).quote;
    return (size_t)(sum | 1);
}

static size_t touch(mn_str text)
{
    size_t count = 0;
    for (const char *at = text.ptr; (at = memchr(at, '"', (size_t)(text.ptr + text.len - at)));
         at++)
        count++;
    return count;
}

static size_t names(mn_str text)
{
    size_t bytes = 0;
    mn_scan_string key;
    mn_scan scan;
    mn_scan_init(&scan, text, DEPTH);
    mn_scan_enter(&scan, MN_SCAN_ARRAY);
    while (mn_scan_next_element(&scan)) {
        mn_scan_enter(&scan, MN_SCAN_OBJECT);
        while (mn_scan_next_member(&scan, &key)) {
            if (!mn_scan_string_is(key, "metadata"))
                continue;
            mn_scan_enter(&scan, MN_SCAN_OBJECT);
            while (mn_scan_next_member(&scan, &key))
                if (mn_scan_string_is(key, "name"))
                    bytes += mn_scan_take_string(&scan).raw.len;
        }
    }
    return mn_scan_end(&scan, NULL) ? bytes : 0;
}

static size_t parse(mn_str text)
{
    json_t *tree = json_loadb(text.ptr, text.len, 0, NULL);
    size_t count = json_array_size(tree);
    json_decref(tree);
    return count;
}

static double measure(const char *name, size_t (*work)(mn_str text), mn_str text, int rounds)
{
    double best = 1e9;
    for (int i = 0; i < rounds; i++) {
        double start = seconds_now();
        if (work(text) == 0)
            g_error("%s found nothing", name);
        best = MIN(best, seconds_now() - start);
    }
    printf("scan  %-30s %8.1f ms %8.0f MB/s\n", name, best * 1e3, (double)text.len / best / 1e6);
    return best;
}

int main(void)
{
    GString *list = g_string_new("[");
    for (int i = 0; i < NODES; i++) {
        g_string_append_c(list, i ? ',' : ' ');
        big_node_append(list, i);
    }
    g_string_append_c(list, ']');
    mn_str text = {.ptr = list->str, .len = list->len};

    printf("scan  %d nodes, %.1f MB\n", NODES, (double)text.len / 1e6);
    measure("memchr of every quote", touch, text, ROUNDS);
    measure("masks only", classify, text, ROUNDS);
    measure("masks only, portable twin", classify_portable, text, ROUNDS);
    double skipped = measure("skip, grammar checked", skip, text, ROUNDS);
    measure("cut out 5,000 names", names, text, ROUNDS);
    double parsed = measure("jansson tree", parse, text, 1);
    printf("scan  skipping is %.0f times as fast as jansson\n", parsed / skipped);
    g_string_free(list, TRUE);
    return 0;
}
