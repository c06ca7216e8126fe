/* SPDX-License-Identifier: Apache-2.0 */
/* YAML events to JSON trees.
 *
 * Never a YAML tree first: libyaml is quadratic on deep nesting and happily
 * expands "billion laughs", so depth, values and bytes are counted on the events
 * as they come. An alias shares the tree that its anchor named (trees are never
 * changed once built) and is counted as if it were written out, because whoever
 * reads the tree walks it as often as it is mentioned.
 *
 * Merge keys work as in go-yaml v2: in the order of the text. Members after `<<`
 * replace merged ones, merged ones replace members before it.
 */
#include "core/text/yaml.h"

#include "core/text/json_ref.h"
#include "mullion/base/error.h"

#include <math.h>
#include <string.h>

enum {
    DIRECTIVES_MAX = 64, /* libyaml compares every %TAG with every other before any event */
    BRACKETS_FREE = 16,  /* deeper than this brackets cost: see spend_brackets() */
    BRACKETS_WORK_MAX = 10000000,
    ALIASED_VALUES_MAX = 400000, /* of one document; go-yaml stops about there, too */
};

typedef struct cost {
    size_t values, bytes, height;
} cost;

/* What an anchor names. `value` is NULL while its container is still open. */
typedef struct anchor {
    json_t *value;
    char *key; /* of a scalar: what it is as a key */
    cost cost;
    size_t serial;
} anchor;

typedef enum role { ROLE_SEQUENCE, ROLE_MAPPING, ROLE_MERGE_LIST } role;

/* A container that is open. A MERGE_LIST is the sequence behind `<<`: it collects
 * its mappings in one object. */
typedef struct frame {
    role role;
    json_t *node;
    json_t *written; /* keys in the text, once there was a merge; else NULL: node has them */
    char *key;       /* of the member whose value comes next */
    bool merging;    /* ... or it is `<<` */
    char *anchor;
    size_t serial;
    bool brackets; /* written as [] or {} */
    cost before;
    size_t height;
} frame;

struct mn_yaml_reader {
    const mn_source *source;
    const mn_document_limits *limits;
    yaml_parser_t parser;
    GArray *frames;
    GHashTable *anchors;
    json_t *root;
    cost cost;      /* of the document so far */
    size_t aliased; /* values of it that only aliases stand for */
    size_t brackets, brackets_work;
    size_t serial;
    mn_yaml_offset begin; /* of the document */
    bool started, ended;
};

static void anchor_free(gpointer data)
{
    anchor *named = data;
    json_decref(named->value);
    g_free(named->key);
    g_free(named);
}

static void frame_clear(gpointer data)
{
    frame *open = data;
    json_decref(open->node);
    json_decref(open->written);
    g_free(open->key);
    g_free(open->anchor);
}

mn_yaml_reader *mn_yaml_reader_new(const mn_source *source, const mn_document_limits *limits)
{
    mn_yaml_reader *reader = g_new0(mn_yaml_reader, 1);

    reader->source = source;
    reader->limits = limits;
    if (yaml_parser_initialize(&reader->parser) == 0)
        g_error("yaml_parser_initialize: out of memory");
    yaml_parser_set_input_string(
        &reader->parser, (const unsigned char *)source->bytes, source->len);
    reader->frames = g_array_new(FALSE, TRUE, sizeof(frame));
    g_array_set_clear_func(reader->frames, frame_clear);
    reader->anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, anchor_free);
    return reader;
}

void mn_yaml_reader_free(mn_yaml_reader *reader)
{
    if (reader == NULL)
        return;
    g_array_free(reader->frames, TRUE);
    g_hash_table_destroy(reader->anchors);
    json_decref(reader->root);
    yaml_parser_delete(&reader->parser);
    g_free(reader);
}

/* Inside brackets libyaml looks at every open one for every token. */
static bool spend_brackets(mn_yaml_reader *reader, const yaml_event_t *event, GError **error)
{
    if (reader->brackets <= BRACKETS_FREE)
        return true;
    reader->brackets_work += reader->brackets - BRACKETS_FREE;
    if (reader->brackets_work <= BRACKETS_WORK_MAX)
        return true;
    return mn_yaml_exceed(reader->source,
                          event,
                          error,
                          "too many values inside more than %d brackets",
                          BRACKETS_FREE);
}

static bool spend(mn_yaml_reader *reader, const yaml_event_t *event, const cost *more,
                  GError **error)
{
    const mn_document_limits *limits = reader->limits;
    const char *alias = event->type == YAML_ALIAS_EVENT ? ", aliases written out" : "";

    if (!spend_brackets(reader, event, error))
        return false;
    if (reader->frames->len + more->height > limits->depth)
        return mn_yaml_exceed(
            reader->source, event, error, "nested deeper than %zu levels", limits->depth);
    if (__builtin_add_overflow(reader->cost.values, more->values, &reader->cost.values) ||
        reader->cost.values > limits->values)
        return mn_yaml_exceed(reader->source,
                              event,
                              error,
                              "more than %zu values in one document%s; split it",
                              limits->values,
                              alias);
    if (__builtin_add_overflow(reader->cost.bytes, more->bytes, &reader->cost.bytes) ||
        reader->cost.bytes > limits->bytes)
        return mn_yaml_exceed(reader->source,
                              event,
                              error,
                              "more than %zu bytes of text in one document%s",
                              limits->bytes,
                              alias);
    return true;
}

static frame *top_of(const mn_yaml_reader *reader)
{
    guint len = reader->frames->len;
    return len == 0 ? NULL : &g_array_index(reader->frames, frame, len - 1);
}

static bool awaits_key(const frame *open)
{
    return open != NULL && open->role == ROLE_MAPPING && open->key == NULL && !open->merging;
}

/* jansson fails only for want of memory. */
static bool built(int status)
{
    if (status != 0)
        g_error("jansson: out of memory");
    return true;
}

/* Whether `key` was written before in this mapping; jansson tells by the size that
 * does not grow. */
static bool add_key(json_t *object, const char *key, json_t *value)
{
    size_t before = json_object_size(object);
    built(json_object_set_new_nocheck(object, key, value));
    return json_object_size(object) > before;
}

static bool merge(mn_yaml_reader *reader, frame *open, json_t *value, const yaml_event_t *event,
                  GError **error)
{
    g_autoptr(json_t) members = value;

    if (!json_is_object(members))
        return mn_yaml_refuse(
            reader->source, event, error, "`<<` expects a mapping or a sequence of mappings");
    if (open->role == ROLE_MERGE_LIST)
        return built(json_object_update_missing(open->node, members));
    if (open->written == NULL)
        open->written = json_copy(open->node);
    open->merging = false;
    return built(json_object_update(open->node, members));
}

/* Takes `value` over and puts it where it belongs. */
static bool attach(mn_yaml_reader *reader, json_t *value, const cost *spent,
                   const yaml_event_t *event, GError **error)
{
    frame *open = top_of(reader);

    if (open == NULL) {
        reader->root = value;
        return true;
    }
    open->height = MAX(open->height, spent->height + 1);
    if (open->role == ROLE_MERGE_LIST || open->merging)
        return merge(reader, open, value, event, error);
    if (open->role == ROLE_SEQUENCE)
        return built(json_array_append_new(open->node, value));

    g_autofree char *key = g_steal_pointer(&open->key);
    add_key(open->node, key, value);
    return true;
}

static bool take_key(mn_yaml_reader *reader, frame *open, char *key, const yaml_event_t *event,
                     GError **error)
{
    json_t *written = open->written != NULL ? open->written : open->node;

    open->key = key;
    if (!add_key(written, key, json_null()))
        return mn_yaml_refuse(reader->source,
                              event,
                              error,
                              "duplicate key \"%.64s\" in one mapping; remove one",
                              key);
    return true;
}

static bool scalar_to_json(mn_yaml_reader *reader, const yaml_event_t *event,
                           const mn_yaml_value *value, json_t **out, GError **error)
{
    static const double int64_end = 9223372036854775808.0;

    switch (value->kind) {
    case MN_YAML_STRING:
        *out = json_stringn_nocheck(mn_yaml_text(event), event->data.scalar.length);
        return true;
    case MN_YAML_NULL:
        *out = json_null();
        return true;
    case MN_YAML_BOOL:
        *out = json_boolean(value->truth);
        return true;
    case MN_YAML_INT:
        *out = json_integer(value->integer);
        return true;
    case MN_YAML_REAL:
        break;
    }
    if (!isfinite(value->real))
        return mn_yaml_refuse(reader->source,
                              event,
                              error,
                              "\"%s\" is no number that JSON has; quote it if it is a string",
                              mn_yaml_text(event));
    /* Go's JSON writes 3.0 as 3, so `replicas: 3.0` is an integer to Kubernetes. */
    bool whole =
        value->real >= -int64_end && value->real < int64_end && value->real == floor(value->real);
    *out = whole ? json_integer((json_int_t)value->real) : json_real(value->real);
    return true;
}

/* !!binary: the bytes, when they are text. */
static bool binary_to_json(mn_yaml_reader *reader, const yaml_event_t *event, json_t **out,
                           GError **error)
{
    gsize len = 0;
    g_autofree guchar *bytes = g_base64_decode(mn_yaml_text(event), &len);

    if (!g_utf8_validate((const char *)bytes, (gssize)len, NULL))
        return mn_yaml_refuse(
            reader->source,
            event,
            error,
            "!!binary holds no text; leave the tag out, Kubernetes takes base64 as it is");
    *out = json_stringn_nocheck((const char *)bytes, len);
    return true;
}

static void name_anchor(mn_yaml_reader *reader, const char *name, json_t *value, char *key,
                        const cost *spent)
{
    anchor *named = g_new0(anchor, 1);

    named->value = json_incref(value);
    named->key = key;
    named->cost = *spent;
    named->serial = ++reader->serial;
    g_hash_table_replace(reader->anchors, g_strdup(name), named);
}

static bool on_scalar_key(mn_yaml_reader *reader, const yaml_event_t *event,
                          const mn_yaml_value *value, const cost *spent, GError **error)
{
    const char *name = (const char *)event->data.scalar.anchor;
    g_autofree char *key = mn_yaml_key_text(value, mn_yaml_text(event));
    g_autoptr(json_t) node = NULL;

    if (key == NULL)
        return mn_yaml_refuse(reader->source, event, error, "null cannot be a key; quote it");
    if (name != NULL) {
        if (!scalar_to_json(reader, event, value, &node, error))
            return false;
        name_anchor(reader, name, node, g_strdup(key), spent);
    }
    return take_key(reader, top_of(reader), g_steal_pointer(&key), event, error);
}

static bool on_scalar_value(mn_yaml_reader *reader, const yaml_event_t *event,
                            const mn_yaml_value *value, const cost *spent, GError **error)
{
    const char *tag = (const char *)event->data.scalar.tag;
    const char *name = (const char *)event->data.scalar.anchor;
    bool is_binary = tag != NULL && strcmp(tag, "tag:yaml.org,2002:binary") == 0;
    g_autoptr(json_t) node = NULL;

    if (!(is_binary ? binary_to_json(reader, event, &node, error)
                    : scalar_to_json(reader, event, value, &node, error)))
        return false;
    if (name != NULL)
        name_anchor(reader, name, node, mn_yaml_key_text(value, mn_yaml_text(event)), spent);
    return attach(reader, g_steal_pointer(&node), spent, event, error);
}

static bool on_scalar(mn_yaml_reader *reader, const yaml_event_t *event, GError **error)
{
    const cost spent = {.values = 1, .bytes = event->data.scalar.length};
    frame *open = top_of(reader);
    g_autofree char *why = NULL;
    mn_yaml_value value;

    if (!spend(reader, event, &spent, error))
        return false;
    if (awaits_key(open) && mn_yaml_is_merge(event)) {
        open->merging = true;
        return true;
    }
    if (memchr(mn_yaml_text(event), '\0', event->data.scalar.length) != NULL)
        return mn_yaml_refuse(reader->source, event, error, "a string holds a NUL character");
    if (!mn_yaml_resolve_scalar(event, &value, &why))
        return mn_yaml_refuse(reader->source, event, error, "%s", why);
    return awaits_key(open) ? on_scalar_key(reader, event, &value, &spent, error)
                            : on_scalar_value(reader, event, &value, &spent, error);
}

static bool on_alias(mn_yaml_reader *reader, const yaml_event_t *event, GError **error)
{
    const char *name = (const char *)event->data.alias.anchor;
    const anchor *named = g_hash_table_lookup(reader->anchors, name);
    frame *open = top_of(reader);

    if (named == NULL)
        return mn_yaml_refuse(
            reader->source, event, error, "alias *%.64s names no anchor before it", name);
    if (named->value == NULL)
        return mn_yaml_refuse(
            reader->source, event, error, "the value of anchor &%.64s contains itself", name);
    if (!spend(reader, event, &named->cost, error))
        return false;
    reader->aliased += named->cost.values;
    if (reader->aliased > ALIASED_VALUES_MAX)
        return mn_yaml_exceed(reader->source,
                              event,
                              error,
                              "aliases stand for more than %d values; write less with them",
                              ALIASED_VALUES_MAX);
    if (!awaits_key(open))
        return attach(reader, json_incref(named->value), &named->cost, event, error);
    if (named->key == NULL)
        return mn_yaml_refuse(
            reader->source, event, error, "a key must be a string, a number or a boolean");
    return take_key(reader, open, g_strdup(named->key), event, error);
}

static bool is_in_brackets(const yaml_event_t *event)
{
    return event->type == YAML_MAPPING_START_EVENT
               ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
               : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
}

static bool on_start(mn_yaml_reader *reader, const yaml_event_t *event, bool mapping,
                     const char *name, GError **error)
{
    const frame *parent = top_of(reader);
    const cost spent = {.values = 1, .height = 1};
    frame open = {.before = reader->cost, .role = mapping ? ROLE_MAPPING : ROLE_SEQUENCE};

    if (awaits_key(parent))
        return mn_yaml_refuse(
            reader->source,
            event,
            error,
            "a key must be a string, a number or a boolean; quote text that begins "
            "with `{` or `[` (or render the template first)");
    if (!spend(reader, event, &spent, error))
        return false;
    if (!mapping && parent != NULL && parent->role == ROLE_MAPPING && parent->merging)
        open.role = ROLE_MERGE_LIST;
    open.node = open.role == ROLE_SEQUENCE ? json_array() : json_object();
    if (name != NULL) {
        name_anchor(reader, name, NULL, NULL, &spent);
        open.serial = reader->serial;
        open.anchor = g_strdup(name);
    }
    open.brackets = is_in_brackets(event);
    reader->brackets += open.brackets;
    g_array_append_val(reader->frames, open);
    return true;
}

static bool on_end(mn_yaml_reader *reader, const yaml_event_t *event, GError **error)
{
    frame *open = top_of(reader);
    g_autoptr(json_t) node = g_steal_pointer(&open->node);
    const cost spent = {
        .values = reader->cost.values - open->before.values,
        .bytes = reader->cost.bytes - open->before.bytes,
        .height = MAX(open->height, 1),
    };

    /* An anchor of the same name inside takes the name away. */
    anchor *named =
        open->anchor != NULL ? g_hash_table_lookup(reader->anchors, open->anchor) : NULL;
    if (named != NULL && named->serial == open->serial) {
        named->value = json_incref(node);
        named->cost = spent;
    }
    reader->brackets -= open->brackets;
    g_array_set_size(reader->frames, reader->frames->len - 1);
    return attach(reader, g_steal_pointer(&node), &spent, event, error);
}

static bool on_event(mn_yaml_reader *reader, const yaml_event_t *event, GError **error)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(reader, event, error);
    case YAML_ALIAS_EVENT:
        return on_alias(reader, event, error);
    case YAML_SEQUENCE_START_EVENT:
        return on_start(
            reader, event, false, (const char *)event->data.sequence_start.anchor, error);
    case YAML_MAPPING_START_EVENT:
        return on_start(reader, event, true, (const char *)event->data.mapping_start.anchor, error);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(reader, event, error);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    g_assert_not_reached();
}

static bool check_directives(const mn_yaml_reader *reader, GError **error)
{
    const mn_source *source = reader->source;
    size_t count = 0;

    for (size_t at = 0; at < source->len; at++) {
        const char *percent = memchr(source->bytes + at, '%', source->len - at);
        if (percent == NULL)
            return true;
        at = (size_t)(percent - source->bytes);
        if ((at == 0 || source->bytes[at - 1] == '\n' || source->bytes[at - 1] == '\r') &&
            ++count > DIRECTIVES_MAX) {
            g_set_error(error,
                        MN_ERROR,
                        MN_ERROR_LIMIT,
                        "%s: more than %d lines begin with %% (YAML directives); Kubernetes "
                        "manifests need none",
                        source->name,
                        DIRECTIVES_MAX);
            return false;
        }
    }
    return true;
}

static void document_begin(mn_yaml_reader *reader, const yaml_mark_t *mark)
{
    if (!mn_yaml_is_utf16(reader->source))
        mn_yaml_offset_advance(reader->source, mark->index, &reader->begin);
    g_hash_table_remove_all(reader->anchors);
    g_clear_pointer(&reader->root, json_decref);
    reader->cost = (cost){0};
    reader->aliased = 0;
}

/* Reads on until a document or the stream ends. */
static bool read_document(mn_yaml_reader *reader, GError **error)
{
    yaml_event_type_t type;

    do {
        yaml_event_t event;
        if (yaml_parser_parse(&reader->parser, &event) == 0)
            return mn_yaml_fail(reader->source, &reader->parser, error);
        type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT)
            document_begin(reader, &event.start_mark);
        bool ok = on_event(reader, &event, error);
        yaml_event_delete(&event);
        if (!ok)
            return false;
    } while (type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT);
    reader->ended = type == YAML_STREAM_END_EVENT;
    return true;
}

bool mn_yaml_reader_next(mn_yaml_reader *reader, json_t **root, GError **error)
{
    if (!reader->started && !check_directives(reader, error))
        return false;
    reader->started = true;
    *root = NULL;
    while (!reader->ended) {
        if (!read_document(reader, error))
            return false;
        if (reader->root != NULL && !json_is_null(reader->root)) {
            *root = g_steal_pointer(&reader->root);
            return true;
        }
        g_clear_pointer(&reader->root, json_decref);
    }
    return true;
}

/* From the start of its line: the indentation belongs to the document. */
size_t mn_yaml_reader_begin(const mn_yaml_reader *reader)
{
    size_t at = reader->begin.byte;

    while (at > 0 && reader->source->bytes[at - 1] != '\n')
        at--;
    return at;
}
