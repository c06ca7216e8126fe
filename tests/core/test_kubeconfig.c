/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/kube/access.h"
#include "tests/support/expect.h"
#include "tests/support/scratch.h"

#include <string.h>

#define HEAD "apiVersion: v1\nkind: Config\ncurrent-context: prod\n"
#define CLUSTER(inside) \
    "clusters:\n- name: c1\n  cluster: {server: 'https://10.0.0.1:6443'" inside "}\n"
#define USER(inside) "users:\n- name: u1\n  user: {" inside "}\n"
#define CONTEXT      "contexts:\n- name: prod\n  context: {cluster: c1, user: u1}\n"
/* "-----BEGIN CERTIFICATE-----\nMII=\n" */
#define PEM64 "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JST0K"

static const mn_kube_access *load(mn_arena *arena, const char *text, const char *context,
                                  GError **error)
{
    const mn_source source = {.name = "/etc/m/kc.yaml", .bytes = text, .len = strlen(text)};
    return mn_kubeconfig_load(arena, &source, context, error);
}

static void refuses(const char *text, const char *context, const char *want)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    const mn_kube_access *access = load(arena, text, context, &error);
    EXPECT_TRUE(access == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message, want);
}

static void client_certificates_and_a_ca_may_stand_in_it(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_kube_access *access =
        load(arena,
             HEAD CLUSTER(", certificate-authority-data: " PEM64)
                 USER("client-certificate-data: " PEM64 ", client-key-data: " PEM64) CONTEXT,
             NULL,
             NULL);
    EXPECT_TRUE(access != NULL);
    if (access == NULL)
        return;
    EXPECT_STR(access->server, "https://10.0.0.1:6443");
    EXPECT_STR(access->from, "context \"prod\" of /etc/m/kc.yaml");
    EXPECT_STR(access->ca.ptr, "-----BEGIN CERTIFICATE-----\nMII=\n");
    EXPECT_STR(access->cert.ptr, access->ca.ptr);
    EXPECT_STR(access->key.ptr, access->ca.ptr);
    EXPECT_TRUE(access->ca_file == NULL && access->cert_file == NULL && access->key_file == NULL);
    EXPECT_TRUE(access->token == NULL && access->token_file == NULL && !access->insecure);
}

static void files_are_beside_the_kubeconfig(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_kube_access *access = load(
        arena,
        HEAD CLUSTER(", certificate-authority: pki/ca.crt, tls-server-name: kubernetes")
            USER("client-certificate: /abs/c.crt, client-key: c.key, tokenFile: token") CONTEXT,
        NULL,
        NULL);
    EXPECT_TRUE(access != NULL);
    if (access == NULL)
        return;
    EXPECT_STR(access->ca_file, "/etc/m/pki/ca.crt");
    EXPECT_STR(access->cert_file, "/abs/c.crt");
    EXPECT_STR(access->key_file, "/etc/m/c.key");
    EXPECT_STR(access->token_file, "/etc/m/token");
    EXPECT_STR(access->server_name, "kubernetes");
}

static void data_win_over_files_and_a_token_file_over_a_token(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_kube_access *access =
        load(arena,
             HEAD CLUSTER(", certificate-authority: ca.crt, certificate-authority-data: " PEM64)
                 USER("token: t1, tokenFile: /t2") CONTEXT,
             NULL,
             NULL);
    EXPECT_TRUE(access != NULL && access->ca_file == NULL && access->ca.len > 0);
    EXPECT_TRUE(access != NULL && access->token == NULL);
    EXPECT_STR(access == NULL ? NULL : access->token_file, "/t2");
}

static void a_context_may_be_chosen(void)
{
    static const char text[] =
        HEAD "clusters:\n- {name: c1, cluster: {server: 'https://one'}}\n"
             "- {name: c2, cluster: {server: 'https://two/k8s/c-x/'}}\n"
             "users:\n- {name: u1, user: {token: t}}\n- {name: u2, user: {username: a, password: "
             "b}}\n"
             "contexts:\n- {name: prod, context: {cluster: c1, user: u1}}\n"
             "- {name: test, context: {cluster: c2, user: u2}}\n"
             "- {name: anon, context: {cluster: c2}}\n";
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_kube_access *first = load(arena, text, "", NULL);
    const mn_kube_access *second = load(arena, text, "test", NULL);
    const mn_kube_access *third = load(arena, text, "anon", NULL);
    EXPECT_STR(first == NULL ? NULL : first->server, "https://one");
    EXPECT_STR(first == NULL ? NULL : first->token, "t");
    EXPECT_STR(second == NULL ? NULL : second->server, "https://two/k8s/c-x");
    EXPECT_STR(second == NULL ? NULL : second->user, "a");
    EXPECT_STR(second == NULL ? NULL : second->password, "b");
    EXPECT_TRUE(third != NULL && third->user == NULL && third->token == NULL);
    refuses(text, "tset", "/etc/m/kc.yaml: no context \"tset\" (there are: prod, test, anon)");
}

static void json_is_read_as_well(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_kube_access *access =
        load(arena,
             "{\"current-context\":\"a\",\"contexts\":[{\"name\":\"a\",\"context\":{\"cluster\":"
             "\"a\",\"user\":\"a\"}}],\"clusters\":[{\"name\":\"a\",\"cluster\":{\"server\":"
             "\"http://127.0.0.1:8001\"}}],\"users\":[{\"name\":\"a\",\"user\":{}}]}",
             NULL,
             NULL);
    EXPECT_STR(access == NULL ? NULL : access->server, "http://127.0.0.1:8001");
}

#define INSTEAD                                                                    \
    ": use a client certificate, a token or tokenFile instead, for instance of a " \
    "ServiceAccount (kubectl create token NAME)"

static void what_is_not_supported_is_told_with_what_to_do(void)
{
    refuses(HEAD CLUSTER("") USER("exec: {command: aws, apiVersion: v1}") CONTEXT,
            NULL,
            "/etc/m/kc.yaml: user \"u1\" logs in by a plugin (exec), and no programs are run "
            "here" INSTEAD);
    refuses(HEAD CLUSTER("") USER("auth-provider: {name: gcp}") CONTEXT,
            NULL,
            "/etc/m/kc.yaml: user \"u1\" logs in by an auth-provider, which is not "
            "supported" INSTEAD);
    refuses(HEAD CLUSTER("") USER("token: t, as: admin") CONTEXT,
            NULL,
            "/etc/m/kc.yaml: user \"u1\" acts as somebody else (as), which is not "
            "supported" INSTEAD);
    refuses(HEAD CLUSTER("") USER("token: t, as-groups: [admins]") CONTEXT,
            NULL,
            "/etc/m/kc.yaml: user \"u1\" acts as somebody else (as), which is not "
            "supported" INSTEAD);
    refuses(HEAD CLUSTER(", proxy-url: 'socks5://u:p@h'") USER("token: t") CONTEXT,
            NULL,
            "/etc/m/kc.yaml: the cluster of user \"u1\" is behind a proxy-url, which is not "
            "supported: use an address that can be reached directly");
}

static void what_is_wrong_is_told_with_its_place(void)
{
    refuses("", NULL, "/etc/m/kc.yaml: empty: expected a kubeconfig");
    refuses("clusters: []\n",
            NULL,
            "/etc/m/kc.yaml: no current-context: choose a context (there are: )");
    refuses("clusters: 5\n",
            NULL,
            "/etc/m/kc.yaml:1:11: clusters: expected a list, found the number 5");
    refuses(HEAD USER("") CONTEXT,
            NULL,
            "/etc/m/kc.yaml: context \"prod\" names the cluster \"c1\", of which nothing is said");
    refuses(HEAD CLUSTER("") CONTEXT,
            NULL,
            "/etc/m/kc.yaml: context \"prod\" names the user \"u1\", of whom nothing is said");
    refuses(HEAD CLUSTER(", insecure-skip-tls-verify: true, certificate-authority: /ca") USER("")
                CONTEXT,
            NULL,
            "context \"prod\" of /etc/m/kc.yaml: insecure-skip-tls-verify and a certificate "
            "authority: a CA that is not looked at; drop one of them");
    refuses(HEAD CLUSTER("") USER("client-certificate: c.crt") CONTEXT,
            NULL,
            "context \"prod\" of /etc/m/kc.yaml: a client certificate without a key, or a key "
            "without a certificate");
    refuses(HEAD CLUSTER("") USER("token: t, username: u, password: p") CONTEXT,
            NULL,
            "context \"prod\" of /etc/m/kc.yaml: a token and a user name: drop one of them");
}

/* Wherever the mistake is. */
static void no_secret_stands_in_an_error(void)
{
    static const char *const texts[] = {
        HEAD CLUSTER("") USER("token: 5EC2E7") CONTEXT "x: [\n",
        HEAD CLUSTER("") USER("token: [5EC2E7]") CONTEXT,
        HEAD CLUSTER("") USER("token: 52327") CONTEXT,
        HEAD CLUSTER("") USER("username: u, password: 52327") CONTEXT,
        HEAD CLUSTER("") USER("client-key-data: 52327") CONTEXT,
        HEAD CLUSTER("") USER("client-key-data: '5EC2E7'") CONTEXT,
        HEAD CLUSTER("") USER("token: 5EC2E7, as: 5EC2E7") CONTEXT,
        HEAD CLUSTER("") USER("token: 5EC2E7 @") CONTEXT "\t@",
        HEAD "clusters: [{name: c1, cluster: {server: 'https://u:5EC2E7@h'}}]\n" USER("") CONTEXT,
        HEAD CLUSTER("") USER("token: \"5EC2E7\\nX-Header: 5EC2E7\"") CONTEXT,
        HEAD "clusters: [{name: c1, cluster: {server: 'https://h?t=5EC2E7'}}]\n" USER("") CONTEXT,
        HEAD "clusters: [{name: c1, cluster: {server: 'http://h'}}]\n" USER("token: 5EC2E7")
            CONTEXT,
        "{\"users\":[{\"name\":\"u1\",\"user\":{\"token\":\"5EC2E7",
        "{\"users\":[{\"name\":\"u1\",\"user\":{\"token\":\"5EC2E7\" \"5EC2E7\"}}]}",
        "{\"users\":[{\"name\":\"u1\",\"user\":{\"token\": 5EC2E7}}]}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        g_autoptr(GError) error = NULL;
        EXPECT_TRUE(load(arena, texts[i], NULL, &error) == NULL);
        EXPECT_TRUE(error != NULL && strstr(error->message, "5EC2E7") == NULL &&
                    strstr(error->message, "52327") == NULL);
    }
}

static void secrets_do_not_go_over_the_network_in_the_clear(void)
{
    refuses(HEAD "clusters: [{name: c1, cluster: {server: 'http://10.0.0.1'}}]\n" USER("token: t")
                CONTEXT,
            NULL,
            "context \"prod\" of /etc/m/kc.yaml: a token or password for \"http://10.0.0.1\" would "
            "go over the network in the clear: use https");
    g_autoptr(mn_arena) arena = mn_arena_new();
    EXPECT_TRUE(load(arena,
                     HEAD "clusters: [{name: c1, cluster: {server: 'http://[::1]:8080'}}]\n" USER(
                         "token: t") CONTEXT,
                     NULL,
                     NULL) != NULL);
    EXPECT_TRUE(
        load(arena,
             HEAD "clusters: [{name: c1, cluster: {server: 'http://127.0.0.1.evil.com'}}]\n" USER(
                 "token: t") CONTEXT,
             NULL,
             NULL) == NULL);
}

static void a_pod_finds_its_server_and_its_account(void)
{
    char *folder = scratch_new();
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *token = scratch_write(folder, "token", MN_STR_LIT("eyJ"));
    EXPECT_TRUE(mn_kube_access_in_cluster(arena, "10.0.0.1", "443", folder, &error) == NULL);
    g_autofree char *want = g_strdup_printf(
        "%s/ca.crt is not there: does the Pod have automountServiceAccountToken: false?", folder);
    EXPECT_STR(error == NULL ? NULL : error->message, want);
    g_autofree char *ca = scratch_write(folder, "ca.crt", MN_STR_LIT("x"));
    const mn_kube_access *four = mn_kube_access_in_cluster(arena, "10.0.0.1", "443", folder, NULL);
    const mn_kube_access *six = mn_kube_access_in_cluster(arena, "fd00::1", "443", folder, NULL);
    EXPECT_STR(four == NULL ? NULL : four->server, "https://10.0.0.1:443");
    EXPECT_STR(four == NULL ? NULL : four->ca_file, ca);
    EXPECT_STR(four == NULL ? NULL : four->token_file, token);
    EXPECT_STR(six == NULL ? NULL : six->server, "https://[fd00::1]:443");
    scratch_remove(folder);
}

static void outside_of_a_pod_that_is_said(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(mn_kube_access_in_cluster(arena, NULL, NULL, MN_KUBE_FOLDER, &error) == NULL);
    EXPECT_STR(error == NULL ? NULL : error->message,
               "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: not in a Pod? "
               "outside of one use a kubeconfig");
}

static void a_plain_url_is_enough_for_a_proxy_of_kubectl(void)
{
    static const struct {
        const char *url, *server;
    } rows[] = {
        {"http://127.0.0.1:8001", "http://127.0.0.1:8001"},
        {"http://127.0.0.1:8001/", "http://127.0.0.1:8001"},
        {"https://h/prefix//", "https://h/prefix"},
        {"127.0.0.1:8001", NULL},
        {"ftp://h", NULL},
        {"https://", NULL},
        {"https://h/?a=b", NULL},
        {"https://u:p@h", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(mn_arena) arena = mn_arena_new();
        g_autoptr(GError) error = NULL;
        const mn_kube_access *access = mn_kube_access_of_url(arena, rows[i].url, &error);
        EXPECT_STR(access == NULL ? NULL : access->server, rows[i].server);
        EXPECT_TRUE((access == NULL) == (error != NULL));
    }
}

extern CU_TestInfo suite_core_kubeconfig[];
CU_TestInfo suite_core_kubeconfig[] = {
    {"client certificates and a CA may stand in it", client_certificates_and_a_ca_may_stand_in_it},
    {"files are beside the kubeconfig", files_are_beside_the_kubeconfig},
    {"data win over files, and a token file over a token",
     data_win_over_files_and_a_token_file_over_a_token},
    {"a context may be chosen", a_context_may_be_chosen},
    {"JSON is read as well", json_is_read_as_well},
    {"what is not supported is told with what to do",
     what_is_not_supported_is_told_with_what_to_do},
    {"what is wrong is told with its place", what_is_wrong_is_told_with_its_place},
    {"no secret stands in an error", no_secret_stands_in_an_error},
    {"secrets do not go over the network in the clear",
     secrets_do_not_go_over_the_network_in_the_clear},
    {"a Pod finds its server and its account", a_pod_finds_its_server_and_its_account},
    {"outside of a Pod that is said", outside_of_a_pod_that_is_said},
    {"a plain URL is enough for a proxy of kubectl", a_plain_url_is_enough_for_a_proxy_of_kubectl},
    CU_TEST_INFO_NULL,
};
