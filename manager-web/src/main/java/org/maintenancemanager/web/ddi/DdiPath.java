package org.maintenancemanager.web.ddi;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A path of the device API, taken apart: {@code /{tenant}/controller/v1/{controllerId}/{rest}}.
 *
 * @param tenant in small letters
 * @param rest what stands behind the controller's id, without a slash at either end; empty for the poll
 */
record DdiPath(String tenant, String controllerId, String rest) {
    private static final String MIDDLE = "/controller/v1/";

    /** @return null if it is a path of something else */
    static @Nullable DdiPath of(String path) {
        int end = path.indexOf('/', 1);
        if (end < 2 || !path.startsWith(MIDDLE, end)) {
            return null;
        }
        int from = end + MIDDLE.length();
        int to = path.indexOf('/', from);
        String controllerId = to < 0 ? path.substring(from) : path.substring(from, to);
        String rest = to < 0 ? "" : path.substring(to + 1);
        return controllerId.isEmpty()
                ? null
                : new DdiPath(path.substring(1, end).toLowerCase(Locale.ROOT), controllerId, strip(rest));
    }

    private static String strip(String rest) {
        return rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
    }

    /** What it is called with. */
    enum Resource {
        POLL,
        CONFIG_DATA,
        DEPLOYMENT,
        DEPLOYMENT_FEEDBACK,
        CANCEL,
        CANCEL_FEEDBACK,
        INSTALLED,
        ARTIFACTS,
        ARTIFACT,
        CONFIRMATION,
        AUTO_CONFIRM,
        CONFIRMATION_FEEDBACK,
        NONE
    }

    /** @param id of the action or module; empty if it has none */
    record Target(Resource resource, String id, String file) {}

    Target target() {
        if (rest.isEmpty()) {
            return new Target(Resource.POLL, "", "");
        }
        String[] parts = rest.split("/", -1);
        String id = parts.length > 1 ? parts[1] : "";
        return switch (parts[0] + ' ' + parts.length) {
            case "configData 1" -> new Target(Resource.CONFIG_DATA, "", "");
            case "deploymentBase 2" -> new Target(Resource.DEPLOYMENT, id, "");
            case "deploymentBase 3" -> feedback(Resource.DEPLOYMENT_FEEDBACK, id, parts[2]);
            case "cancelAction 2" -> new Target(Resource.CANCEL, id, "");
            case "cancelAction 3" -> feedback(Resource.CANCEL_FEEDBACK, id, parts[2]);
            case "installedBase 2" -> new Target(Resource.INSTALLED, id, "");
            case "softwaremodules 3" -> parts[2].equals("artifacts") ? new Target(Resource.ARTIFACTS, id, "") : none();
            case "softwaremodules 4" ->
                parts[2].equals("artifacts") ? new Target(Resource.ARTIFACT, id, parts[3]) : none();
            case "confirmationBase 1" -> new Target(Resource.CONFIRMATION, "", "");
            // Nobody at a node is asked, so automatic confirmation cannot be ended, and no action waits for one.
            case "confirmationBase 2" ->
                id.equals("activateAutoConfirm") ? new Target(Resource.AUTO_CONFIRM, "", "") : none();
            case "confirmationBase 3" -> feedback(Resource.CONFIRMATION_FEEDBACK, id, parts[2]);
            default -> none();
        };
    }

    private static Target feedback(Resource resource, String id, String last) {
        return last.equals("feedback") ? new Target(resource, id, "") : none();
    }

    private static Target none() {
        return new Target(Resource.NONE, "", "");
    }
}
