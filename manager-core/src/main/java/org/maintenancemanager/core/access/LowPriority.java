package org.maintenancemanager.core.access;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets every other thread of the machine go before the present one. Java's own priorities mean nothing on Linux, where a
 * thread has a niceness of its own; elsewhere nothing changes.
 */
final class LowPriority {
    private static final Logger log = LoggerFactory.getLogger(LowPriority.class);

    /** {@code setpriority(2)}: of the thread that calls, which Linux means by process 0. */
    private static final int PRIO_PROCESS = 0;

    private static final int THE_CALLER = 0;
    private static final int NICEST = 19;

    private LowPriority() {}

    /** For the rest of the thread's life: nobody but an administrator can take it back. */
    static void forThisThread() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return;
        }
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle setPriority = linker.downcallHandle(
                    linker.defaultLookup().find("setpriority").orElseThrow(),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int failed = (int) setPriority.invokeExact(PRIO_PROCESS, THE_CALLER, NICEST);
            if (failed != 0) {
                log.debug("the priority of {} stays as it is", Thread.currentThread());
            }
        } catch (Throwable e) {
            // Passwords are checked all the same, at the cost of others under a flood.
            log.debug("the priority of {} cannot be changed", Thread.currentThread(), e);
        }
    }
}
