/* SPDX-License-Identifier: Apache-2.0 */
/* Pattern-defeating quicksort (Orson Peters), with the constants of Go's package sort.
 *
 * Which sort it is would not matter if the comparison were a proper order. It is not: a
 * Pod without status.startTime is taken to have started "now", and of two such calls the
 * second is later. So the very sequence of comparisons decides, and is kept.
 */
#include "core/sched/victim_sort.h"

enum {
    INSERTION_MAX = 12,
    NINTHER_MIN = 50,
    SHIFT_MIN = 50,
    MAX_STEPS = 5,
    MAX_SWAPS = 12,
    PATTERN_MIN = 8,
};

enum hint { UNKNOWN, INCREASING, DECREASING };

struct slice {
    mn_pod_info *pods;
};

static bool more_important(const mn_pod_info *a, const mn_pod_info *b)
{
    if (a->class_->priority != b->class_->priority)
        return a->class_->priority > b->class_->priority;
    const mn_opt_int left = a->pod->status.start_time_ms, right = b->pod->status.start_time_ms;
    if (!right.set)
        return true;
    return left.set && left.value < right.value;
}

static bool less(const struct slice *data, int i, int j)
{
    return more_important(&data->pods[i], &data->pods[j]);
}

static void swap(const struct slice *data, int i, int j)
{
    const mn_pod_info kept = data->pods[i];
    data->pods[i] = data->pods[j];
    data->pods[j] = kept;
}

static void insertion_sort(const struct slice *data, int a, int b)
{
    for (int i = a + 1; i < b; i++) {
        for (int j = i; j > a && less(data, j, j - 1); j--)
            swap(data, j, j - 1);
    }
}

static void sift_down(const struct slice *data, int low, int high, int first)
{
    int root = low;
    for (;;) {
        int child = 2 * root + 1;
        if (child >= high)
            return;
        if (child + 1 < high && less(data, first + child, first + child + 1))
            child++;
        if (!less(data, first + root, first + child))
            return;
        swap(data, first + root, first + child);
        root = child;
    }
}

static void heap_sort(const struct slice *data, int a, int b)
{
    const int high = b - a;
    for (int i = (high - 1) / 2; i >= 0; i--)
        sift_down(data, i, high, a);
    for (int i = high - 1; i >= 0; i--) {
        swap(data, a, a + i);
        sift_down(data, 0, i, a);
    }
}

/* Elements before the returned place belong before the pivot that stands there. */
static int partition(const struct slice *data, int a, int b, int pivot, bool *was_partitioned)
{
    swap(data, a, pivot);
    int i = a + 1, j = b - 1;
    bool first = true;
    for (;;) {
        while (i <= j && less(data, i, a))
            i++;
        while (i <= j && !less(data, j, a))
            j--;
        if (i > j)
            break;
        swap(data, i++, j--);
        first = false;
    }
    swap(data, j, a);
    *was_partitioned = first;
    return j;
}

static int partition_equal(const struct slice *data, int a, int b, int pivot)
{
    swap(data, a, pivot);
    int i = a + 1, j = b - 1;
    for (;;) {
        while (i <= j && !less(data, a, i))
            i++;
        while (i <= j && less(data, a, j))
            j--;
        if (i > j)
            return i;
        swap(data, i++, j--);
    }
}

static void shift_left(const struct slice *data, int from)
{
    for (int j = from; j >= 1 && less(data, j, j - 1); j--)
        swap(data, j, j - 1);
}

static void shift_right(const struct slice *data, int from, int b)
{
    for (int j = from; j < b && less(data, j, j - 1); j++)
        swap(data, j, j - 1);
}

/* True when the range is sorted afterwards. */
static bool partial_insertion_sort(const struct slice *data, int a, int b)
{
    int i = a + 1;
    for (int step = 0; step < MAX_STEPS; step++) {
        while (i < b && !less(data, i, i - 1))
            i++;
        if (i == b)
            return true;
        if (b - a < SHIFT_MIN)
            return false;
        swap(data, i, i - 1);
        if (i - a >= 2)
            shift_left(data, i - 1);
        if (b - i >= 2)
            shift_right(data, i + 1, b);
    }
    return false;
}

static void break_patterns(const struct slice *data, int a, int b)
{
    const int length = b - a;
    if (length < PATTERN_MIN)
        return;
    uint64_t random = (uint64_t)length;
    uint64_t modulus = 1;
    while (modulus <= (uint64_t)length)
        modulus <<= 1;
    const int index = a + (length / 4) * 2 - 1;
    for (int i = 0; i < 3; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int other = (int)(random & (modulus - 1));
        if (other >= length)
            other -= length;
        swap(data, index - 1 + i, a + other);
    }
}

static void order(const struct slice *data, int *a, int *b, int *swaps)
{
    if (!less(data, *b, *a))
        return;
    const int kept = *a;
    *a = *b;
    *b = kept;
    (*swaps)++;
}

static int median(const struct slice *data, int a, int b, int c, int *swaps)
{
    order(data, &a, &b, swaps);
    order(data, &b, &c, swaps);
    order(data, &a, &b, swaps);
    return b;
}

static int choose_pivot(const struct slice *data, int a, int b, enum hint *hint)
{
    const int length = b - a;
    int swaps = 0;
    int i = a + length / 4, j = a + length / 4 * 2, k = a + length / 4 * 3;
    if (length >= PATTERN_MIN) {
        if (length >= NINTHER_MIN) {
            i = median(data, i - 1, i, i + 1, &swaps);
            j = median(data, j - 1, j, j + 1, &swaps);
            k = median(data, k - 1, k, k + 1, &swaps);
        }
        j = median(data, i, j, k, &swaps);
    }
    *hint = swaps == 0 ? INCREASING : swaps == MAX_SWAPS ? DECREASING : UNKNOWN;
    return j;
}

static void reverse(const struct slice *data, int a, int b)
{
    for (int i = a, j = b - 1; i < j; i++, j--)
        swap(data, i, j);
}

struct progress {
    bool balanced, partitioned;
};

/* One round over [a, b): false when the range is sorted already. *mid: the pivot's place,
 * or -1 when only equals were split off and *a moved. */
static bool split(const struct slice *data, int *a, int b, struct progress *last, int *mid)
{
    enum hint hint;
    int pivot = choose_pivot(data, *a, b, &hint);
    if (hint == DECREASING) {
        reverse(data, *a, b);
        pivot = (b - 1) - (pivot - *a);
        hint = INCREASING;
    }
    if (last->balanced && last->partitioned && hint == INCREASING &&
        partial_insertion_sort(data, *a, b))
        return false;
    *mid = -1;
    if (*a > 0 && !less(data, *a - 1, pivot))
        *a = partition_equal(data, *a, b, pivot);
    else
        *mid = partition(data, *a, b, pivot, &last->partitioned);
    return true;
}

/* The smaller side is sorted by recursion, whose depth is therefore logarithmic. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void sort(const struct slice *data, int a, int b, int limit)
{
    struct progress last = {.balanced = true, .partitioned = true};
    for (;;) {
        const int length = b - a;
        int mid;
        if (length <= INSERTION_MAX) {
            insertion_sort(data, a, b);
            return;
        }
        if (limit == 0) {
            heap_sort(data, a, b);
            return;
        }
        if (!last.balanced) {
            break_patterns(data, a, b);
            limit--;
        }
        if (!split(data, &a, b, &last, &mid))
            return;
        if (mid < 0)
            continue;
        const int left = mid - a, right = b - mid;
        last.balanced = MIN(left, right) >= length / 8;
        if (left < right) {
            sort(data, a, mid, limit);
            a = mid + 1;
        } else {
            sort(data, mid + 1, b, limit);
            b = mid;
        }
    }
}

void mn_sort_victims(GArray *pods)
{
    const struct slice data = {.pods = (mn_pod_info *)(void *)pods->data};
    sort(&data, 0, (int)pods->len, (int)g_bit_storage(pods->len));
}
