/* SPDX-License-Identifier: Apache-2.0 */
/* The extender's doors: which are opened, and to whom. */
#include "extender/listeners.h"
#include "mullion/base/error.h"
#include "tests/support/certificates.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"
#include "tests/support/http_client.h"
#include "tests/support/scratch.h"

#include <string.h>

enum { HOUR = 3600 };

static const char args[] = "{\"Pod\":{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{"
                           "\"name\":\"c\",\"image\":\"redis:7\"}]}},\"NodeNames\":[\"a\"]}";

static void is_refused(const char *config, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(extender_service) self = extender_service_new(config);
    EXPECT_TRUE(!ext_listeners_check(self->config, &error));
    if (error == NULL || strstr(error->message, says) == NULL)
        EXPECT_STR(error == NULL ? NULL : error->message, says);
    g_autoptr(ext_listeners) listeners = ext_listeners_open(&self->service, self->config, NULL);
    EXPECT_TRUE(listeners == NULL);
}

static void is_fine(const char *config)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(extender_service) self = extender_service_new(config);
    EXPECT_TRUE(ext_listeners_check(self->config, &error));
}

static void plain_http_beyond_loopback_has_to_be_asked_for(void)
{
    is_fine("listen: {address: 127.0.0.1}\n");
    is_fine("listen: {address: 127.8.0.1}\n");
    is_fine("listen: {address: '::1'}\n");
    is_fine("listen: {address: 0.0.0.0, plainHTTP: anywhere}\n");
    is_refused("listen: {address: 0.0.0.0}\n", "listen.address 0.0.0.0 is not loopback");
    is_refused("listen: {address: '::'}\n", "listen.plainHTTP: anywhere");
    is_refused("listen: {address: 10.0.0.1}\n", "tls.certificate");
}

static void what_of_tls_is_missing_is_named(void)
{
    is_refused("tls: {certificate: a.crt}\n", "tls.certificate and tls.key go together");
    is_refused("tls: {key: a.key}\n", "tls.certificate and tls.key go together");
    is_refused("tls: {clientCA: ca.crt}\n", "tls.clientCA needs tls.certificate");
    is_refused("tls: {clientNames: [x]}\n", "tls.clientNames needs tls.clientCA");
    is_refused("admin: {port: 0, scheme: https}\n", "admin.scheme: https needs tls.certificate");
    is_refused("tls: {certificate: /nowhere/a.crt, key: /nowhere/a.key}\n", "/nowhere/a.crt");
}

static void two_doors_need_two_ports(void)
{
    is_refused("listen: {port: 9000}\nadmin: {port: 9000}\n",
               "listen.port and admin.port are both 9000");
    is_refused("listen: {port: 9000}\nadmin: {address: 127.0.0.1, port: 9000}\n", "admin.port");
    is_refused("listen: {address: 0.0.0.0, port: 9000, plainHTTP: anywhere}\n"
               "admin: {address: 127.0.0.1, port: 9000}\n",
               "listen.address 0.0.0.0, admin.address 127.0.0.1");
    is_refused("listen: {address: '::1', port: 9000}\nadmin: {address: '::', port: 9000}\n",
               "expected two ports");
    is_refused("listen: {address: '::1', port: 9000}\nadmin: {address: '0:0::1', port: 9000}\n",
               "expected two ports");
    is_fine("listen: {port: 9000}\nadmin: {port: 9001}\n");
    is_fine("listen: {port: 9000}\nadmin: {address: 127.0.0.2, port: 9000}\n");
    is_fine("listen: {address: '::1', port: 9000}\nadmin: {address: 127.0.0.1, port: 9000}\n");
    is_fine("listen: {port: 0}\nadmin: {port: 0}\n");
    is_fine("listen: {port: 9000}\n");
}

static void all_bodies_together_may_have_what_one_may(void)
{
    is_refused("limits: {bodyBytes: 16Mi, bodiesBytes: 4Mi}\n",
               "limits.bodiesBytes (4194304) is less than limits.bodyBytes (16777216)");
    is_refused("limits: {bodyBytes: 512Mi}\n", "limits.bodiesBytes");
    is_fine("limits: {bodyBytes: 4Mi, bodiesBytes: 4Mi}\n");
}

typedef struct keys {
    char *folder;
    certificate *ca, *server, *scheduler, *stranger;
    char *config;
} keys;

static certificate *made(const char *name, const certificate *by, bool server)
{
    return certificate_new(&(certificate_request){.common_name = name,
                                                  .dns_name = "localhost",
                                                  .by = by,
                                                  .for_server = server,
                                                  .for_client = !server,
                                                  .valid_s = HOUR});
}

static keys make_keys(const char *more)
{
    keys k = {.folder = scratch_new()};
    k.ca = certificate_new(
        &(certificate_request){.common_name = "ca", .is_ca = true, .valid_s = HOUR});
    k.server = made("extender", k.ca, true);
    k.scheduler = made("scheduler", k.ca, false);
    k.stranger = made("stranger", k.ca, false);
    g_autofree char *crt = certificate_write(k.server, k.folder, "tls.crt");
    g_autofree char *key = certificate_write_key(k.server, k.folder, "tls.key");
    g_autofree char *ca = certificate_write(k.ca, k.folder, "ca.crt");
    k.config = g_strdup_printf("listen: {port: 0}\ntls: {certificate: %s, key: %s, clientCA: %s, "
                               "clientNames: [scheduler]}\n%s",
                               crt,
                               key,
                               ca,
                               more);
    return k;
}

static void clear_keys(keys *k)
{
    certificate *const all[] = {k->ca, k->server, k->scheduler, k->stranger};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        certificate_free(all[i]);
    g_free(k->config);
    scratch_remove(k->folder);
}

static int ask(uint16_t port, const keys *k, const certificate *as, const char *path)
{
    const bool verb = strcmp(path, "/filter") == 0;
    tls_answer answer = tls_once(
        port, &(tls_visit){.as = as, .server_ca = k->ca, .path = path, .post = verb ? args : NULL});
    int status = answer.status;
    tls_answer_clear(&answer);
    return status;
}

static void each_door_has_its_guests(const char *scheme)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *more = g_strdup_printf(
        "admin: {address: 127.0.0.1, port: 0, scheme: %s}\nunknownNodes: pass\n", scheme);
    keys k = make_keys(more);
    g_autoptr(extender_service) self = extender_service_new(k.config);
    ext_listeners *listeners = ext_listeners_open(&self->service, self->config, &error);
    EXPECT_TRUE(listeners != NULL);
    const uint16_t port = ext_listeners_port(listeners);
    const uint16_t admin = ext_listeners_admin_port(listeners);

    EXPECT_INT(ask(port, &k, k.scheduler, "/filter"), 200);
    EXPECT_INT(ask(port, &k, k.stranger, "/filter"), 0);
    EXPECT_INT(ask(port, &k, NULL, "/filter"), 0);
    EXPECT_INT(ask(port, &k, k.scheduler, "/metrics"), 404);
    if (strcmp(scheme, "https") == 0) {
        EXPECT_INT(ask(admin, &k, NULL, "/metrics"), 200);
        EXPECT_INT(ask(admin, &k, NULL, "/filter"), 404);
    } else {
        g_auto(http_answer) page = http_once(admin, "GET", "/metrics", "", "");
        EXPECT_INT(page.status, 200);
        EXPECT_TRUE(strstr(page.body, "\nmullion_tls_client_certificates_refused_total 1\n") !=
                    NULL);
    }
    EXPECT_TRUE(ext_listeners_drain(listeners, 5000));
    ext_listeners_free(listeners);
    clear_keys(&k);
}

static void probes_have_a_door_without_client_certificates(void)
{
    each_door_has_its_guests("http");
    each_door_has_its_guests("https");
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_listeners[] = {
    TEST(plain_http_beyond_loopback_has_to_be_asked_for),
    TEST(what_of_tls_is_missing_is_named),
    TEST(two_doors_need_two_ports),
    TEST(all_bodies_together_may_have_what_one_may),
    TEST(probes_have_a_door_without_client_certificates),
    CU_TEST_INFO_NULL,
};
