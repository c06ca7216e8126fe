/* SPDX-License-Identifier: Apache-2.0 */
/* Does an extender's answer keep to the protocol as kube-scheduler reads it? Told by another JSON
 * parser than ours, to the letter: kube-scheduler would overlook the case of a key. */
#ifndef TESTS_SUPPORT_PROTOCOL_H
#define TESTS_SUPPORT_PROTOCOL_H

#include "mullion/base/str.h"

/* What is wrong with the answer to that request; NULL: nothing. `verb` is filter, prioritize or
 * preempt. Whoever fails a call (an Error) does wrong, too. The caller frees. */
char *protocol_fault(const char *verb, mn_str request, mn_str answer);

#endif
