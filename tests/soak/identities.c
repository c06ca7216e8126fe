/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/soak/identities.h"

#include "tests/support/scratch.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { VALID_S = 24 * 3600, CLIENTS_MAX = 256 };

struct identities {
    char *folder;
    char *paths[3]; /* certificate, key, CA: what the configuration names */
    size_t layouts; /* folders that were written */
    certificate *server_ca, *server;
    certificate *cas[CLIENTS_MAX], *clients[CLIENTS_MAX]; /* one after the other */
    gnutls_certificate_credentials_t credentials[CLIENTS_MAX];
    certificate *stranger;
    certificate *wrong[CLIENTS_MAX][WRONG_IDENTITIES];
    size_t made;
    size_t oldest; /* CA that is still in the bundle */
    pthread_mutex_t lock;
    size_t shown; /* under the lock */
};

static certificate *make_ca(const char *name)
{
    return certificate_new(
        &(certificate_request){.common_name = name, .is_ca = true, .valid_s = VALID_S});
}

static void make_server(identities *self)
{
    certificate_free(self->server);
    self->server = certificate_new(&(certificate_request){.common_name = "mullion-extender",
                                                          .dns_name = "localhost",
                                                          .by = self->server_ca,
                                                          .for_server = true,
                                                          .valid_s = VALID_S});
}

static gnutls_certificate_credentials_t load_credentials(const identities *self,
                                                         const certificate *client)
{
    gnutls_certificate_credentials_t made;
    g_autofree char *ca = certificate_write(self->server_ca, self->folder, "server-ca.crt");
    g_autofree char *crt = certificate_write(client, self->folder, "client.crt");
    g_autofree char *key = certificate_write_key(client, self->folder, "client.key");
    if (gnutls_certificate_allocate_credentials(&made) < 0 ||
        gnutls_certificate_set_x509_trust_file(made, ca, GNUTLS_X509_FMT_PEM) < 1 ||
        gnutls_certificate_set_x509_key_file(made, crt, key, GNUTLS_X509_FMT_PEM) < 0)
        g_error("no credentials for a client");
    return made;
}

static void make_wrong(identities *self, size_t i)
{
    const certificate_request requests[WRONG_IDENTITIES] = {
        [WRONG_CA] = {.by = self->stranger, .for_client = true, .valid_s = VALID_S},
        [WRONG_TIME] = {.by = self->cas[i], .for_client = true, .valid_s = -1},
        [WRONG_NAME] = {.by = self->cas[i], .for_client = true, .valid_s = VALID_S},
        [WRONG_PURPOSE] = {.by = self->cas[i], .for_server = true, .valid_s = VALID_S},
    };
    for (size_t kind = 0; kind < WRONG_IDENTITIES; kind++) {
        certificate_request request = requests[kind];
        request.common_name = kind == WRONG_NAME ? "somebody-else" : SOAK_CLIENT_NAME;
        self->wrong[i][kind] = certificate_new(&request);
    }
}

static void make_client(identities *self)
{
    const size_t i = self->made;
    g_autofree char *name = g_strdup_printf("clients' CA %zu", i);
    g_assert(i < CLIENTS_MAX);
    self->cas[i] = make_ca(name);
    self->clients[i] = certificate_new(&(certificate_request){.common_name = SOAK_CLIENT_NAME,
                                                              .by = self->cas[i],
                                                              .for_client = true,
                                                              .valid_s = VALID_S});
    self->credentials[i] = load_credentials(self, self->clients[i]);
    make_wrong(self, i);
    self->made++;
}

/* ---- the files */

static char *bundle(const identities *self, const char *folder)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = self->oldest; i < self->made; i++) {
        g_autofree char *path = certificate_write(self->cas[i], folder, "one.crt");
        g_autofree char *one = NULL;
        if (!g_file_get_contents(path, &one, NULL, NULL))
            g_error("cannot read %s", path);
        g_string_append(text, one);
    }
    return scratch_write(folder, "ca.crt", (mn_str){.ptr = text->str, .len = text->len});
}

/* All three at once: one link is put in the place of another. */
static void lay_out(identities *self, bool spoilt)
{
    g_autofree char *name = g_strdup_printf("layout-%zu", self->layouts++);
    g_autofree char *folder = g_build_filename(self->folder, name, NULL);
    g_autofree char *data = g_build_filename(self->folder, "data", NULL);
    g_autofree char *fresh = g_build_filename(self->folder, "data.new", NULL);
    g_free(certificate_write(self->server, folder, "tls.crt"));
    if (spoilt)
        g_free(scratch_write(folder, "tls.key", MN_STR_LIT("no key at all\n")));
    else
        g_free(certificate_write_key(self->server, folder, "tls.key"));
    g_free(bundle(self, folder));
    if (symlink(name, fresh) != 0 || rename(fresh, data) != 0)
        g_error("cannot link %s", data);
}

identities *identities_new(const char *folder)
{
    static const char *const names[] = {"tls.crt", "tls.key", "ca.crt"};
    identities *self = g_new0(identities, 1);
    self->folder = g_strdup(folder);
    pthread_mutex_init(&self->lock, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        self->paths[i] = g_build_filename(folder, "data", names[i], NULL);
    self->server_ca = make_ca("servers' CA");
    self->stranger = make_ca("nobody's CA");
    make_server(self);
    make_client(self);
    lay_out(self, false);
    return self;
}

void identities_free(identities *self)
{
    if (self == NULL)
        return;
    for (size_t i = 0; i < self->made; i++) {
        gnutls_certificate_free_credentials(self->credentials[i]);
        certificate_free(self->clients[i]);
        certificate_free(self->cas[i]);
        for (size_t kind = 0; kind < WRONG_IDENTITIES; kind++)
            certificate_free(self->wrong[i][kind]);
    }
    certificate_free(self->stranger);
    certificate_free(self->server);
    certificate_free(self->server_ca);
    for (size_t i = 0; i < G_N_ELEMENTS(self->paths); i++)
        g_free(self->paths[i]);
    pthread_mutex_destroy(&self->lock);
    g_free(self->folder);
    g_free(self);
}

char *identities_config(const identities *self)
{
    return g_strdup_printf("tls:\n  certificate: %s\n  key: %s\n  clientCA: %s\n"
                           "  clientNames: [%s]\n  check: 1s\n",
                           self->paths[0],
                           self->paths[1],
                           self->paths[2],
                           SOAK_CLIENT_NAME);
}

/* ---- what changes */

void identities_renew(identities *self)
{
    make_server(self);
    make_client(self);
    lay_out(self, false);
}

void identities_switch(identities *self)
{
    pthread_mutex_lock(&self->lock);
    self->shown = self->made - 1;
    pthread_mutex_unlock(&self->lock);
}

void identities_retire(identities *self)
{
    self->oldest = self->made - 1;
    lay_out(self, false);
}

void identities_spoil(identities *self)
{
    lay_out(self, true);
}

void identities_mend(identities *self)
{
    lay_out(self, false);
}

gnutls_certificate_credentials_t identities_credentials(identities *self, uint64_t *number)
{
    pthread_mutex_lock(&self->lock);
    const size_t shown = self->shown;
    const gnutls_certificate_credentials_t credentials = self->credentials[shown];
    pthread_mutex_unlock(&self->lock);
    *number = shown;
    return credentials;
}

const certificate *identities_wrong(identities *self, wrong_identity kind)
{
    pthread_mutex_lock(&self->lock);
    const certificate *wrong = self->wrong[self->shown][kind];
    pthread_mutex_unlock(&self->lock);
    return wrong;
}

const certificate *identities_server_ca(const identities *self)
{
    return self->server_ca;
}

const certificate *identities_client(const identities *self)
{
    return self->clients[self->shown];
}

const certificate *identities_next_client(const identities *self)
{
    return self->clients[self->made - 1];
}

const certificate *identities_last_client(const identities *self)
{
    return self->clients[self->shown - 1];
}
