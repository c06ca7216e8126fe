/* SPDX-License-Identifier: Apache-2.0 */
/* A Pod from bytes is the Pod from a tree. Bytes that no shape asks for are not looked at, so
 * more is taken from bytes than makes a tree; never less. */
#include "mullion/model/pod.h"
#include "tests/fuzz/wire_body.h"

enum { DEPTH = 16 };

static mn_str encode(mn_arena *arena, const mn_pod *pod)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_encode(&json, &mn_pod_shape, pod);
    mn_str text = mn_json_writer_text(&json);
    return (mn_str){.ptr = mn_arena_strndup(arena, text.ptr, text.len), .len = text.len};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    const mn_str text = {.ptr = (const char *)data, .len = size};
    mn_pod pod;
    bool taken = mn_decode_text(arena, &mn_pod_shape, text, DEPTH, &pod, &error);
    require(taken == (error == NULL));
    json_t *tree = mn_document_load_json(text.ptr, text.len, DEPTH, NULL);
    if (tree != NULL) {
        const mn_at root = mn_at_tree(tree);
        const mn_pod *same = mn_pod_decode(arena, &root, NULL);
        require(taken == (same != NULL));
        require(same == NULL || mn_str_eq(encode(arena, &pod), encode(arena, same)));
    }
    json_decref(tree);
    return 0;
}
