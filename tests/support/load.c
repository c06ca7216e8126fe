/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/load.h"

#include "tests/support/expect.h"

#include <string.h>

static bool load_into(mn_objects *objects, const char *text, GError **error)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    return mn_objects_load(objects, &source, &mn_document_limits_default, error);
}

mn_objects *load_objects(const char *text)
{
    mn_objects *objects = mn_objects_new();
    g_autoptr(GError) error = NULL;
    if (!load_into(objects, text, &error))
        g_error("the test's own text: %s", error->message); /* what follows would only crash */
    return objects;
}

char *load_error(const char *text)
{
    g_autoptr(mn_objects) objects = mn_objects_new();
    g_autoptr(GError) error = NULL;
    bool ok = load_into(objects, text, &error);
    EXPECT_TRUE(!ok);
    return g_strdup(ok ? "" : error->message);
}

const mn_pod *load_pod(const mn_objects *objects)
{
    EXPECT_INT(objects->pods->len, 1);
    return objects->pods->len == 1 ? objects->pods->pdata[0] : NULL;
}

const mn_node *load_node(const mn_objects *objects)
{
    EXPECT_INT(objects->nodes->len, 1);
    return objects->nodes->len == 1 ? objects->nodes->pdata[0] : NULL;
}
