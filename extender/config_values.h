/* SPDX-License-Identifier: Apache-2.0 */
/* What a key may hold, as text: parsed, and described. */
#ifndef EXT_CONFIG_VALUES_H
#define EXT_CONFIG_VALUES_H

#include "extender/config.h"

/* Fills the key's member from text. False leaves it untouched; the value was then
 * not what ext_key_expected() says. Any kind but the lists. */
bool ext_key_parse(ext_config *config, const ext_key *key, const char *text);

/* Do both have the same value there? And: `to` gets that of `from`. Not for images. */
bool ext_key_equal(const ext_key *key, const ext_config *a, const ext_config *b);
void ext_key_copy(const ext_key *key, ext_config *to, const ext_config *from);

/* "an integer from 1 to 9". The caller frees. */
char *ext_key_expected(const ext_key *key);

#endif
