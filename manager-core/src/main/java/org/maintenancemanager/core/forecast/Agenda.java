package org.maintenancemanager.core.forecast;

import java.util.Arrays;

/** What happens when, the soonest first: a heap of plain numbers, since a forecast goes through millions. */
final class Agenda {
    private long[] times = new long[1024];
    private long[] events = new long[1024];
    private int size;
    private long time;

    boolean isEmpty() {
        return size == 0;
    }

    void add(long at, long event) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            events = Arrays.copyOf(events, 2 * size);
        }
        int hole = size++;
        while (hole > 0) {
            int parent = (hole - 1) >>> 1;
            if (times[parent] <= at) {
                break;
            }
            times[hole] = times[parent];
            events[hole] = events[parent];
            hole = parent;
        }
        times[hole] = at;
        events[hole] = event;
    }

    /** When the event that was taken last is due. */
    long time() {
        return time;
    }

    /** Takes the next event. */
    long next() {
        time = times[0];
        long event = events[0];
        size--;
        long lastTime = times[size];
        long lastEvent = events[size];
        int hole = 0;
        int child = 1;
        while (child < size) {
            if (child + 1 < size && times[child + 1] < times[child]) {
                child++;
            }
            if (times[child] >= lastTime) {
                break;
            }
            times[hole] = times[child];
            events[hole] = events[child];
            hole = child;
            child = 2 * hole + 1;
        }
        times[hole] = lastTime;
        events[hole] = lastEvent;
        return event;
    }
}
