/* SPDX-License-Identifier: Apache-2.0 */
/* The places of one YAML document: a tree of marks, built only when an error is
 * reported.
 *
 * An alias leads to what its anchor named, a merge key to the member that was
 * merged: the place is where the value is written, for that is what to change.
 * The document was read before, so its limits hold here too.
 */
#include "core/text/yaml.h"

#include <string.h>

enum { NONE = 0 }; /* node 0 is the document itself and nobody's child */

typedef struct place {
    yaml_mark_t mark;
    yaml_event_type_t type;   /* how it began */
    size_t child, last, next; /* indices into the tree */
    size_t target;            /* of an alias */
    const char *key;          /* of a member */
    const char *text;         /* an anchored scalar as the key that an alias makes of it */
    bool merged;              /* the member is `<<` */
} place;

typedef struct tree {
    GArray *places;
    GArray *open;        /* size_t: path of open containers */
    GHashTable *anchors; /* name -> size_t * */
    GStringChunk *keys;
    const char *key; /* of the member whose value comes next */
    bool merging;
} tree;

static void tree_init(tree *built)
{
    const place root = {.type = YAML_SEQUENCE_START_EVENT};
    const size_t first = 0;

    *built = (tree){
        .places = g_array_new(FALSE, TRUE, sizeof(place)),
        .open = g_array_new(FALSE, FALSE, sizeof(size_t)),
        .anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .keys = g_string_chunk_new(1024),
    };
    g_array_append_val(built->places, root);
    g_array_append_val(built->open, first);
}

static void tree_clear(tree *built)
{
    g_array_free(built->places, TRUE);
    g_array_free(built->open, TRUE);
    g_hash_table_destroy(built->anchors);
    g_string_chunk_free(built->keys);
}

static place *at(const tree *built, size_t index)
{
    return &g_array_index(built->places, place, index);
}

static size_t top(const tree *built)
{
    return g_array_index(built->open, size_t, built->open->len - 1);
}

static const char *anchor_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return (const char *)event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return (const char *)event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return (const char *)event->data.mapping_start.anchor;
    case YAML_ALIAS_EVENT:
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return NULL;
    }
    g_assert_not_reached();
}

static const char *key_text(const tree *built, const yaml_event_t *event)
{
    mn_yaml_value value;
    g_autofree char *why = NULL;
    g_autofree char *key = NULL;

    if (mn_yaml_resolve_scalar(event, &value, &why))
        key = mn_yaml_key_text(&value, mn_yaml_text(event));
    return g_string_chunk_insert_const(built->keys, key != NULL ? key : "");
}

/* The node for a value that begins here, hung under its parent. */
static size_t add(tree *built, const yaml_event_t *event)
{
    const place fresh = {
        .mark = event->start_mark,
        .type = event->type,
        .key = built->key,
        .merged = built->merging,
    };
    size_t index = built->places->len;
    const char *name = anchor_of(event);

    g_array_append_val(built->places, fresh);
    place *parent = at(built, top(built));
    if (parent->child == NONE)
        parent->child = index;
    else
        at(built, parent->last)->next = index;
    parent->last = index;
    built->key = NULL;
    built->merging = false;
    if (name != NULL)
        g_hash_table_replace(built->anchors, g_strdup(name), g_memdup2(&index, sizeof index));
    if (name != NULL && event->type == YAML_SCALAR_EVENT)
        at(built, index)->text = key_text(built, event);
    return index;
}

static bool awaits_key(const tree *built)
{
    return at(built, top(built))->type == YAML_MAPPING_START_EVENT && built->key == NULL &&
           !built->merging;
}

static void on_key(tree *built, const yaml_event_t *event)
{
    const char *name = anchor_of(event);

    built->merging = mn_yaml_is_merge(event);
    if (built->merging)
        return;
    built->key = key_text(built, event);
    if (name != NULL) {
        const place fresh = {.mark = event->start_mark, .type = event->type, .text = built->key};
        const size_t index = built->places->len;
        g_array_append_val(built->places, fresh);
        g_hash_table_replace(built->anchors, g_strdup(name), g_memdup2(&index, sizeof index));
    }
}

static void on_alias(tree *built, const yaml_event_t *event)
{
    const size_t *target =
        g_hash_table_lookup(built->anchors, (const char *)event->data.alias.anchor);

    if (target != NULL && !awaits_key(built))
        at(built, add(built, event))->target = *target;
    else if (target != NULL)
        built->key = at(built, *target)->text != NULL ? at(built, *target)->text : "";
}

static void on_event(tree *built, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        if (awaits_key(built))
            on_key(built, event);
        else
            add(built, event);
        return;
    case YAML_ALIAS_EVENT:
        on_alias(built, event);
        return;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT: {
        size_t index = add(built, event);
        g_array_append_val(built->open, index);
        return;
    }
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        g_array_set_size(built->open, built->open->len - 1);
        return;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return;
    }
}

static size_t resolve(const tree *built, size_t index)
{
    return at(built, index)->type == YAML_ALIAS_EVENT ? at(built, index)->target : index;
}

static size_t element(const tree *built, size_t sequence, size_t index)
{
    size_t found = at(built, sequence)->child;

    if (at(built, sequence)->type != YAML_SEQUENCE_START_EVENT)
        return NONE;
    while (found != NONE && index-- > 0)
        found = at(built, found)->next;
    return found;
}

/* The last one that is written or merged wins; of several mappings behind one `<<`
 * the first. No deeper than the limit that the document was read with. */
/* NOLINTBEGIN(misc-no-recursion) */
static size_t member(const tree *built, size_t mapping, const char *key)
{
    const place *node = at(built, resolve(built, mapping));
    bool in_merge_list = node->type == YAML_SEQUENCE_START_EVENT;
    size_t found = NONE;

    for (size_t i = node->child; i != NONE; i = at(built, i)->next) {
        const place *child = at(built, i);
        bool is_it = child->key != NULL && strcmp(child->key, key) == 0;
        size_t inner = is_it ? i : child->merged || in_merge_list ? member(built, i, key) : NONE;
        found = inner != NONE ? inner : found;
        if (in_merge_list && found != NONE)
            break;
    }
    return found;
}
/* NOLINTEND(misc-no-recursion) */

/* NULL when the document is empty. */
static const yaml_mark_t *find(const tree *built, const mn_step *steps, size_t count)
{
    size_t found = at(built, 0)->child;

    if (found == NONE)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        bool is_mapping = at(built, found)->type == YAML_MAPPING_START_EVENT;
        size_t inner = steps[i].key == NULL ? element(built, found, steps[i].index)
                       : is_mapping         ? member(built, found, steps[i].key)
                                            : NONE;
        if (inner == NONE)
            break;
        found = resolve(built, inner);
    }
    return &at(built, found)->mark;
}

static bool is_empty_document(const yaml_event_t *first)
{
    mn_yaml_value value;
    g_autofree char *why = NULL;

    return first->type == YAML_SCALAR_EVENT && mn_yaml_resolve_scalar(first, &value, &why) &&
           value.kind == MN_YAML_NULL;
}

/* Feeds the events of the wanted document to the tree; false when there is none. */
static bool read_document(yaml_parser_t *parser, size_t ordinal, tree *built)
{
    yaml_event_type_t type = YAML_NO_EVENT;
    bool wanted = false;

    while (type != YAML_STREAM_END_EVENT && !(wanted && type == YAML_DOCUMENT_END_EVENT)) {
        yaml_event_t event;
        if (yaml_parser_parse(parser, &event) == 0)
            return wanted; /* the error is further down */
        if (type == YAML_DOCUMENT_START_EVENT && !is_empty_document(&event))
            wanted = ordinal-- == 0;
        type = event.type;
        if (wanted)
            on_event(built, &event);
        yaml_event_delete(&event);
    }
    return wanted;
}

static mn_position position_of(const mn_document *document, const mn_source *rest,
                               const yaml_mark_t *mark)
{
    mn_yaml_offset offset = {0};

    if (document->begin == 0)
        return mn_yaml_position(rest, mark);
    mn_yaml_offset_advance(rest, mark->index, &offset);
    return mn_source_position(document->source, document->begin + offset.byte);
}

mn_position mn_yaml_locate(const mn_document *document, const mn_step *steps, size_t count)
{
    const mn_source *source = document->source;
    const mn_source rest = {
        .name = source->name,
        .bytes = source->bytes + document->begin,
        .len = source->len - document->begin,
    };
    const size_t ordinal = document->begin > 0 ? 0 : document->ordinal;
    yaml_parser_t parser;
    tree built;
    const yaml_mark_t *mark = NULL;
    mn_position out = {0};

    if (yaml_parser_initialize(&parser) == 0)
        g_error("yaml_parser_initialize: out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)rest.bytes, rest.len);
    tree_init(&built);
    if (read_document(&parser, ordinal, &built))
        mark = find(&built, steps, count);
    if (mark != NULL)
        out = position_of(document, &rest, mark);
    tree_clear(&built);
    yaml_parser_delete(&parser);
    return out;
}
