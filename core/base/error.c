/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/base/error.h"

/* Underscores, not dashes: clang-format would take a-b-c for a subtraction, and
 * the macro makes a string of whatever it is given. */
G_DEFINE_QUARK(mn_error_quark, mn_error)
