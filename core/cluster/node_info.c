/* SPDX-License-Identifier: Apache-2.0 */
/* Sums per node are kept by adding and taking away each Pod's rounded amounts. */
#include "core/cluster/node_info.h"

#include <string.h>

mn_node_info *mn_node_info_new(void)
{
    mn_node_info *info = g_new0(mn_node_info, 1);
    info->pods = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
    info->ports = g_array_new(FALSE, FALSE, sizeof(mn_host_port));
    info->images = g_ptr_array_new();
    return info;
}

void mn_node_info_free(mn_node_info *info)
{
    if (info == NULL)
        return;
    g_array_unref(info->pods);
    g_array_unref(info->ports);
    g_ptr_array_unref(info->images);
    g_free(info->requested.scalars);
    g_free(info);
}

mn_node_info *mn_node_info_dup(const mn_node_info *info)
{
    mn_node_info *copy = g_memdup2(info, sizeof *info);
    copy->pods = g_array_copy(info->pods);
    copy->ports = g_array_copy(info->ports);
    copy->images = g_ptr_array_ref(info->images);
    copy->requested.scalars =
        g_memdup2(info->requested.scalars, info->requested.scalar_count * sizeof(mn_scalar));
    return copy;
}

/* ------------------------------------------------------------------ sums */

static void add_scalar(mn_amounts *sum, const mn_scalar *scalar, int sign)
{
    const int64_t change = sign > 0 ? scalar->value : mn_wrap_sub(0, scalar->value);
    for (size_t i = 0; i < sum->scalar_count; i++) {
        if (sum->scalars[i].name == scalar->name) {
            sum->scalars[i].value = mn_wrap_add(sum->scalars[i].value, change);
            return;
        }
    }
    sum->scalars = g_renew(mn_scalar, sum->scalars, sum->scalar_count + 1);
    sum->scalars[sum->scalar_count++] = (mn_scalar){.name = scalar->name, .value = change};
}

static void add_amounts(mn_amounts *sum, const mn_amounts *amounts, int sign)
{
    const int64_t factor = sign;
    sum->milli_cpu = mn_wrap_add(sum->milli_cpu, mn_wrap_mul(factor, amounts->milli_cpu));
    sum->memory = mn_wrap_add(sum->memory, mn_wrap_mul(factor, amounts->memory));
    sum->ephemeral_storage =
        mn_wrap_add(sum->ephemeral_storage, mn_wrap_mul(factor, amounts->ephemeral_storage));
    for (size_t i = 0; i < amounts->scalar_count; i++)
        add_scalar(sum, &amounts->scalars[i], sign);
}

static void account(mn_node_info *info, const mn_pod_class *class_, int sign)
{
    const int64_t factor = sign;
    add_amounts(&info->requested, &class_->requested, sign);
    info->nonzero_milli_cpu =
        mn_wrap_add(info->nonzero_milli_cpu, mn_wrap_mul(factor, class_->nonzero_milli_cpu));
    info->nonzero_memory =
        mn_wrap_add(info->nonzero_memory, mn_wrap_mul(factor, class_->nonzero_memory));
    info->with_affinity += (uint32_t)(class_->has_pod_affinity ? sign : 0);
    info->with_required_anti_affinity += (uint32_t)(class_->has_required_anti_affinity ? sign : 0);
}

/* ------------------------------------------------------------------ ports */

static bool same_port(const mn_host_port *a, const mn_host_port *b)
{
    return a->port == b->port && strcmp(a->protocol, b->protocol) == 0;
}

static gboolean find_port(const mn_node_info *info, const mn_host_port *port, guint *index)
{
    for (guint i = 0; i < info->ports->len; i++) {
        const mn_host_port *used = &g_array_index(info->ports, mn_host_port, i);
        if (same_port(used, port) && strcmp(used->ip, port->ip) == 0) {
            *index = i;
            return TRUE;
        }
    }
    return FALSE;
}

static void add_ports(mn_node_info *info, const mn_pod_class *class_)
{
    guint index;
    for (size_t i = 0; i < class_->port_count; i++) {
        if (!find_port(info, &class_->ports[i], &index))
            g_array_append_val(info->ports, class_->ports[i]);
    }
}

static void remove_ports(mn_node_info *info, const mn_pod_class *class_)
{
    guint index;
    for (size_t i = 0; i < class_->port_count; i++) {
        if (find_port(info, &class_->ports[i], &index))
            g_array_remove_index_fast(info->ports, index);
    }
}

static bool is_any_address(const char *ip)
{
    return strcmp(ip, "0.0.0.0") == 0;
}

bool mn_node_info_ports_conflict(const mn_node_info *info, const mn_host_port *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (guint j = 0; j < info->ports->len; j++) {
            const mn_host_port *used = &g_array_index(info->ports, mn_host_port, j);
            if (same_port(used, &wanted[i]) &&
                (is_any_address(used->ip) || is_any_address(wanted[i].ip) ||
                 strcmp(used->ip, wanted[i].ip) == 0))
                return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ Pods */

bool mn_pod_is_same(const mn_pod *a, const mn_pod *b)
{
    if (a == b)
        return true;
    if (a->meta.uid != NULL || b->meta.uid != NULL)
        return g_strcmp0(a->meta.uid, b->meta.uid) == 0;
    return g_strcmp0(a->meta.name, b->meta.name) == 0 &&
           strcmp(mn_meta_namespace(&a->meta), mn_meta_namespace(&b->meta)) == 0;
}

void mn_node_info_add_pod(mn_node_info *info, mn_pod_info pod)
{
    g_array_append_val(info->pods, pod);
    account(info, pod.class_, 1);
    add_ports(info, pod.class_);
}

bool mn_node_info_remove_pod(mn_node_info *info, const mn_pod *pod)
{
    for (guint i = 0; i < info->pods->len; i++) {
        const mn_pod_info *found = &g_array_index(info->pods, mn_pod_info, i);
        if (!mn_pod_is_same(found->pod, pod))
            continue;
        const mn_pod_class *class_ = found->class_;
        g_array_remove_index_fast(info->pods, i);
        account(info, class_, -1);
        remove_ports(info, class_);
        return true;
    }
    return false;
}
