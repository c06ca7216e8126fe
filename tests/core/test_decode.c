/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/decode.h"
#include "tests/support/expect.h"

#include <string.h>

typedef struct pane {
    const char *name;
    int glass;
    mn_opt_int width;
    mn_tristate open;
} pane;

typedef struct window {
    const char *name;
    struct {
        const pane *items;
        size_t count;
    } panes;
    const pane *main;
    struct {
        const mn_label *items;
        size_t count;
    } labels;
    mn_opt_int built_ms;
    size_t hinges;
    bool has_frame;
} window;

static const char *const glasses[] = {"Clear", "Frosted", NULL};
static const mn_field pane_fields[] = {
    {.name = "name", .offset = offsetof(pane, name), .kind = MN_FIELD_STRING, .required = true},
    MN_FIELD_ENUM_OF(pane, glass, "glass", glasses),
    MN_FIELD(pane, width, "width", MN_FIELD_INT32),
    MN_FIELD(pane, open, "open", MN_FIELD_TRISTATE),
};
static const mn_shape pane_shape = MN_SHAPE(pane, "Pane", pane_fields);

static const mn_field window_fields[] = {
    MN_FIELD(window, name, "name", MN_FIELD_SCALAR),
    MN_FIELD_OF(window, panes, "panes", MN_FIELD_LIST, pane_shape),
    MN_FIELD_OF(window, main, "main", MN_FIELD_OBJECT_PTR, pane_shape),
    MN_FIELD(window, labels, "labels", MN_FIELD_STRING_MAP),
    MN_FIELD(window, built_ms, "built", MN_FIELD_TIME),
    MN_FIELD(window, hinges, "hinges", MN_FIELD_COUNT),
    MN_FIELD(window, has_frame, "frame", MN_FIELD_PRESENT),
};
static const mn_shape window_shape = {
    .name = "Window",
    .size = sizeof(window),
    .fields = window_fields,
    .count = G_N_ELEMENTS(window_fields),
    .strict = true,
};

static bool decode(mn_arena *arena, const char *json, window *out, GError **error)
{
    json_t *root = mn_document_load_json(json, strlen(json), 16, NULL);
    EXPECT_TRUE(root != NULL);
    mn_at at = mn_at_tree(root);
    bool ok = mn_decode(arena, &window_shape, &at, out, error);
    json_decref(root); /* what was decoded must not need the tree any more */
    return ok;
}

static void every_kind_finds_its_place(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    window w;
    EXPECT_TRUE(decode(arena,
                       "{\"name\":7,\"panes\":[{\"name\":\"a\",\"width\":3},"
                       "{\"name\":\"b\",\"glass\":\"Frosted\",\"open\":false}],"
                       "\"labels\":{\"z\":\"1\",\"a\":\"2\"},\"built\":\"1970-01-01T00:00:02.5Z\","
                       "\"hinges\":[1,2,3],\"frame\":{}}",
                       &w,
                       NULL));
    EXPECT_STR(w.name, "7");
    EXPECT_INT((int64_t)w.panes.count, 2);
    EXPECT_STR(w.panes.items[0].name, "a");
    EXPECT_TRUE(w.panes.items[0].width.set && w.panes.items[0].width.value == 3);
    EXPECT_INT(w.panes.items[0].open, MN_UNSET);
    EXPECT_INT(w.panes.items[1].glass, 2);
    EXPECT_INT(w.panes.items[1].open, MN_FALSE);
    EXPECT_STR(w.labels.items[0].key, "a");
    EXPECT_STR(w.labels.items[1].value, "1");
    EXPECT_INT(w.built_ms.value, 2500);
    EXPECT_INT((int64_t)w.hinges, 3);
    EXPECT_TRUE(w.has_frame);
    EXPECT_TRUE(w.main == NULL);
}

static void absent_and_empty_lists_differ(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    window absent, empty;
    EXPECT_TRUE(decode(arena, "{}", &absent, NULL));
    EXPECT_TRUE(decode(arena, "{\"panes\":[],\"labels\":{}}", &empty, NULL));
    EXPECT_TRUE(absent.panes.items == NULL && absent.labels.items == NULL);
    EXPECT_TRUE(empty.panes.items != NULL && empty.labels.items != NULL);
    EXPECT_INT((int64_t)empty.panes.count, 0);
}

static void refuses(const char *json, const char *want)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    window w;
    EXPECT_TRUE(!decode(arena, json, &w, &error));
    EXPECT_STR(error->message, want);
}

static void what_does_not_fit_the_shape_is_named(void)
{
    refuses("[]", "expected an object, found a list");
    refuses("{\"panes\":{}}", "panes: expected a list, found an object");
    refuses("{\"panes\":[null]}", "panes[0]: expected an object, found nothing");
    refuses("{\"panes\":[{}]}", "panes[0]: required field \"name\" is missing");
    refuses("{\"panes\":[{\"name\":\"x\",\"glass\":\"frosted\"}]}",
            "panes[0].glass: expected one of Clear, Frosted, found \"frosted\" "
            "(did you mean \"Frosted\"?)");
    refuses("{\"panes\":[{\"name\":\"x\",\"width\":2147483648}]}",
            "panes[0].width: expected a number from -2147483648 to 2147483647, found 2147483648");
    refuses("{\"labels\":{\"a\":1}}", "labels.a: expected a string, found the number 1");
    refuses("{\"built\":\"yesterday\"}",
            "built: expected a time like 2026-01-31T09:30:00Z, found the string \"yesterday\"");
}

static void a_strict_shape_refuses_unknown_fields_and_suggests(void)
{
    refuses("{\"lables\":{}}", "lables: unknown field (did you mean \"labels\"?)");
    refuses("{\"curtain\":1}", "curtain: unknown field of a Window");
}

extern CU_TestInfo suite_core_decode[];
CU_TestInfo suite_core_decode[] = {
    {"every kind finds its place", every_kind_finds_its_place},
    {"absent and empty lists differ", absent_and_empty_lists_differ},
    {"what does not fit the shape is named", what_does_not_fit_the_shape_is_named},
    {"a strict shape refuses unknown fields and suggests",
     a_strict_shape_refuses_unknown_fields_and_suggests},
    CU_TEST_INFO_NULL,
};
