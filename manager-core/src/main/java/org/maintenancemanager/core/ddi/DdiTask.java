package org.maintenancemanager.core.ddi;

/** What a poll has for a client: at most one of these. */
public sealed interface DdiTask {
    record Nothing() implements DdiTask {}

    record Deploy(int action, Handling handling) implements DdiTask {}

    /** It shall forget an action; it acknowledges that. */
    record Cancel(int action) implements DdiTask {}

    /** What it may do with the image, in the words of the API. */
    enum Handling {
        /** Install: a permit is held. */
        GO("forced", "forced", "available"),
        /** Download and wait: only for clients that can. */
        HOLD("forced", "skip", "unavailable"),
        /** Nothing: the action stays visible so that the client can say how it ended. */
        LISTEN("skip", "skip", "unavailable");

        private final String download;
        private final String update;
        private final String maintenanceWindow;

        Handling(String download, String update, String maintenanceWindow) {
            this.download = download;
            this.update = update;
            this.maintenanceWindow = maintenanceWindow;
        }

        public String download() {
            return download;
        }

        public String update() {
            return update;
        }

        public String maintenanceWindow() {
            return maintenanceWindow;
        }
    }
}
