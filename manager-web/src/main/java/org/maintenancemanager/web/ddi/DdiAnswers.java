package org.maintenancemanager.web.ddi;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.maintenancemanager.core.ddi.DdiArtifact;
import org.maintenancemanager.core.ddi.DdiDeployment;
import org.maintenancemanager.core.ddi.DdiHistory;
import org.maintenancemanager.core.ddi.DdiPoll;
import org.maintenancemanager.core.ddi.DdiTask;
import org.maintenancemanager.web.ManagerSettings;
import org.maintenancemanager.web.agent.ArtifactAnswer;
import org.springframework.stereotype.Component;

/** Writes the answers of the device API, with addresses that the client can reach. */
@Component
class DdiAnswers {
    private static final int LONGEST_SLEEP = 24 * 3600 - 1;
    private static final String SUM = ".MD5SUM";

    private final ArtifactAnswer artifacts;
    private final @Nullable String publicUrl;

    DdiAnswers(ArtifactAnswer artifacts, ManagerSettings settings) {
        this.artifacts = artifacts;
        this.publicUrl = settings.ddi().publicUrl();
    }

    void poll(DdiPath path, DdiPoll poll, HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Written by hand: it is the answer that is given ten thousand times a second.
        var json = new StringBuilder(300);
        json.append("{\"config\":{\"polling\":{\"sleep\":\"")
                .append(sleep(poll.sleepSeconds()))
                .append("\"}}");
        String links = links(path, poll, request);
        if (!links.isEmpty()) {
            json.append(",\"_links\":{").append(links).append('}');
        }
        write(json.append('}').toString().getBytes(StandardCharsets.UTF_8), request, response);
    }

    private String links(DdiPath path, DdiPoll poll, HttpServletRequest request) {
        boolean nothing = poll.task() instanceof DdiTask.Nothing;
        if (nothing && poll.installed() == 0 && !poll.wantsAttributes()) {
            return "";
        }
        String controller = controller(path, request);
        List<String> links = new ArrayList<>();
        switch (poll.task()) {
            case DdiTask.Nothing none -> {}
            // The number behind it changes with what the client may do, so that it never takes an old answer for this.
            case DdiTask.Deploy deploy ->
                links.add(link(
                        "deploymentBase",
                        controller + "/deploymentBase/" + deploy.action() + "?c="
                                + deploy.handling().ordinal()));
            // No query: SWUpdate appends /feedback to what it gets.
            case DdiTask.Cancel cancel ->
                links.add(link("cancelAction", controller + "/cancelAction/" + cancel.action()));
        }
        if (poll.installed() != 0) {
            links.add(link("installedBase", controller + "/installedBase/" + poll.installed()));
        }
        if (poll.wantsAttributes()) {
            links.add(link("configData", controller + "/configData"));
        }
        return String.join(",", links);
    }

    private static String link(String name, String href) {
        return "\"%s\":{\"href\":\"%s\"}".formatted(name, href);
    }

    /** HH:MM:SS, which SWUpdate cannot do without. */
    static String sleep(int seconds) {
        int bounded = Math.clamp(seconds, 1, LONGEST_SLEEP);
        return "%02d:%02d:%02d".formatted(bounded / 3600, bounded / 60 % 60, bounded % 60);
    }

    private String controller(DdiPath path, HttpServletRequest request) {
        return base(request) + '/' + encoded(path.tenant()) + "/controller/v1/" + encoded(path.controllerId());
    }

    /** As the client itself reaches us, unless an operator knows better. */
    private String base(HttpServletRequest request) {
        if (publicUrl != null) {
            return publicUrl;
        }
        int port = request.getServerPort();
        boolean usual = port == (request.isSecure() ? 443 : 80);
        return request.getScheme() + "://" + request.getServerName() + (usual ? "" : ":" + port);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** @param history null: the client did not ask for it */
    void deployment(
            DdiPath path,
            DdiDeployment deployment,
            @Nullable DdiHistory history,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Map<String, Object> orders = new LinkedHashMap<>();
        orders.put("download", deployment.handling().download());
        orders.put("update", deployment.handling().update());
        orders.put("maintenanceWindow", deployment.handling().maintenanceWindow());
        Map<String, Object> chunk = new LinkedHashMap<>();
        chunk.put("part", "os");
        chunk.put("version", deployment.image().version());
        chunk.put("name", deployment.image().family());
        chunk.put("artifacts", List.of(artifact(path, deployment, request)));
        orders.put("chunks", List.of(chunk));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", String.valueOf(deployment.action()));
        answer.put("deployment", orders);
        if (history != null) {
            answer.put("actionHistory", Map.of("status", history.status(), "messages", history.messages()));
        }
        write(DdiJson.MAPPER.writeValueAsBytes(answer), request, response);
    }

    private Map<String, Object> artifact(DdiPath path, DdiDeployment deployment, HttpServletRequest request) {
        String name = deployment.fileName();
        String href = deployment.stored()
                ? artifactHref(path, deployment.image().id().toString(), name, request)
                : deployment.image().url();
        return artifact(
                name,
                deployment.image().sizeBytes(),
                deployment.image().sha256(),
                deployment.sha1(),
                deployment.md5(),
                href,
                deployment.stored());
    }

    private String artifactHref(DdiPath path, String module, String name, HttpServletRequest request) {
        return controller(path, request) + "/softwaremodules/" + module + "/artifacts/" + name;
    }

    private static Map<String, Object> artifact(
            String name,
            long size,
            String sha256,
            @Nullable String sha1,
            @Nullable String md5,
            String href,
            boolean stored) {
        Map<String, String> hashes = new LinkedHashMap<>();
        if (sha1 != null) {
            hashes.put("sha1", sha1);
        }
        if (md5 != null) {
            hashes.put("md5", md5);
        }
        hashes.put("sha256", sha256);
        Map<String, Object> links = new LinkedHashMap<>();
        // Some clients look only at the one, some only at the other.
        for (String suffix : href.startsWith("https:") ? List.of("") : List.of("", "-http")) {
            links.put("download" + suffix, Map.of("href", href));
            if (stored && md5 != null) {
                links.put("md5sum" + suffix, Map.of("href", href + SUM));
            }
        }
        Map<String, Object> artifact = new LinkedHashMap<>();
        artifact.put("filename", name);
        artifact.put("hashes", hashes);
        artifact.put("size", size);
        artifact.put("_links", links);
        return artifact;
    }

    void artifacts(
            DdiPath path, String module, DdiArtifact artifact, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        write(
                DdiJson.MAPPER.writeValueAsBytes(List.of(artifact(
                        artifact.fileName(),
                        artifact.size(),
                        artifact.sha256(),
                        artifact.sha1(),
                        artifact.md5(),
                        artifactHref(path, module, artifact.fileName(), request),
                        true))),
                request,
                response);
    }

    /** @return whether there is such a file */
    boolean file(DdiArtifact artifact, String file, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (artifact.isNamed(file)) {
            response.setHeader("Content-Disposition", "attachment;filename=" + file);
            artifacts.writeKnown(artifact.sha256(), request, response);
            return true;
        }
        String summed = file.endsWith(SUM) ? file.substring(0, file.length() - SUM.length()) : "";
        if (artifact.md5() != null && artifact.isNamed(summed)) {
            byte[] sum = (artifact.md5() + "  " + summed).getBytes(StandardCharsets.US_ASCII);
            response.setContentType("text/plain");
            response.setContentLength(sum.length);
            response.setHeader("Content-Disposition", "attachment;filename=" + file);
            if (!request.getMethod().equals("HEAD")) {
                response.getOutputStream().write(sum);
            }
            return true;
        }
        return false;
    }

    void cancel(int action, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String id = String.valueOf(action);
        write(
                DdiJson.MAPPER.writeValueAsBytes(Map.of("id", id, "cancelAction", Map.of("stopId", id))),
                request,
                response);
    }

    /** Nobody at the node is asked here: the manager's own approvals come before. */
    void confirmation(HttpServletRequest request, HttpServletResponse response) throws IOException {
        write("{\"autoConfirm\":{\"active\":true}}".getBytes(StandardCharsets.US_ASCII), request, response);
    }

    private static void write(byte[] body, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setContentType(DdiMedia.of(request));
        response.setContentLength(body.length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(body);
        }
    }
}
