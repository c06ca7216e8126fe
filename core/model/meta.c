/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/meta.h"

#include "core/model/shapes.h"

static const mn_field owner_reference_fields[] = {
    MN_FIELD(mn_owner_reference, api_version, "apiVersion", MN_FIELD_STRING),
    MN_FIELD(mn_owner_reference, kind, "kind", MN_FIELD_STRING),
    MN_FIELD(mn_owner_reference, name, "name", MN_FIELD_STRING),
    MN_FIELD(mn_owner_reference, uid, "uid", MN_FIELD_STRING),
    MN_FIELD(mn_owner_reference, controller, "controller", MN_FIELD_BOOL),
};
static const mn_shape owner_reference_shape =
    MN_SHAPE(mn_owner_reference, "OwnerReference", owner_reference_fields);

static const mn_field meta_fields[] = {
    MN_FIELD(mn_meta, name, "name", MN_FIELD_STRING),
    MN_FIELD(mn_meta, generate_name, "generateName", MN_FIELD_STRING),
    MN_FIELD(mn_meta, namespace_, "namespace", MN_FIELD_STRING),
    MN_FIELD(mn_meta, uid, "uid", MN_FIELD_STRING),
    MN_FIELD(mn_meta, resource_version, "resourceVersion", MN_FIELD_STRING),
    MN_FIELD(mn_meta, labels, "labels", MN_FIELD_STRING_MAP),
    MN_FIELD(mn_meta, annotations, "annotations", MN_FIELD_STRING_MAP),
    MN_FIELD_OF(mn_meta, owners, "ownerReferences", MN_FIELD_LIST, owner_reference_shape),
    MN_FIELD(mn_meta, created_ms, "creationTimestamp", MN_FIELD_TIME),
    MN_FIELD(mn_meta, deleted_ms, "deletionTimestamp", MN_FIELD_TIME),
};
const mn_shape mn_meta_shape = MN_SHAPE(mn_meta, "ObjectMeta", meta_fields);

const char *mn_meta_namespace(const mn_meta *meta)
{
    return meta->namespace_ == NULL || *meta->namespace_ == '\0' ? "default" : meta->namespace_;
}

const mn_owner_reference *mn_meta_controller(const mn_meta *meta)
{
    for (size_t i = 0; i < meta->owners.count; i++) {
        if (meta->owners.items[i].controller)
            return &meta->owners.items[i];
    }
    return NULL;
}

bool mn_meta_check_name(const mn_at *at, const mn_meta *meta, bool may_generate, GError **error)
{
    bool named = meta->name != NULL && *meta->name != '\0';
    bool generated = may_generate && meta->generate_name != NULL && *meta->generate_name != '\0';
    if (named || generated)
        return true;
    mn_at metadata = mn_at_member(at, "metadata");
    return mn_at_error(mn_at_is_there(&metadata) ? &metadata : at,
                       MN_ERROR_SCHEMA,
                       error,
                       "required field \"name\" is missing");
}
