package org.maintenancemanager.web.console;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.maintenancemanager.core.query.NotFound;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * The console's address space: {@code /console/} and every page below it are one document, which draws what the address
 * says; {@code /console/assets/} are its files. What the browser may do with them, the filter chain says.
 */
@RestController
class ConsolePages {
    private static final CacheControl FOR_GOOD =
            CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable();

    private static final String NOT_BUILT = """
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Maintenance Manager</title></head>
            <body>
            <h1>The console is not in this build</h1>
            <p>This manager was built where there was no Node.js 20.19 or later. Everything else works: the REST API is
            described at <a href="/api/openapi.yaml">/api/openapi.yaml</a>.</p>
            <p>To have the console, install Node.js with npm, and build again.</p>
            </body>
            </html>
            """;

    private final ConsoleFiles files;

    ConsolePages(ConsoleFiles files) {
        this.files = files;
    }

    @GetMapping({"/", "/console"})
    ResponseEntity<Void> root() {
        return ResponseEntity.status(HttpStatus.FOUND)
                .location(URI.create("/console/"))
                .build();
    }

    @GetMapping("/console/{*path}")
    ResponseEntity<byte[]> page(
            @PathVariable String path,
            @RequestHeader(name = HttpHeaders.ACCEPT_ENCODING, required = false) Optional<String> accepted,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) Optional<String> known) {
        String name = path.substring(1);
        Optional<ConsoleFiles.File> file = files.file(name);
        if (file.isPresent()) {
            return answer(file.get(), accepted, known);
        }
        // A file that is not there is not a page: an old page that asks for one must not get a document.
        if (name.startsWith("assets/") || name.startsWith("api/") || name.contains(".")) {
            throw new NotFound("file of the console", name);
        }
        return files.index().map(index -> answer(index, accepted, known)).orElseGet(ConsolePages::notBuilt);
    }

    private static ResponseEntity<byte[]> answer(
            ConsoleFiles.File file, Optional<String> accepted, Optional<String> known) {
        ConsoleFiles.Content content = file.content();
        boolean same = known.filter(tags -> tags.contains(content.tag())).isPresent();
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(same ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
                .cacheControl(file.isImmutable() ? FOR_GOOD : CacheControl.noCache())
                .eTag(content.tag());
        if (same) {
            return answer.build();
        }
        answer.contentType(file.type()).header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        byte[] zipped = content.zipped();
        if (zipped != null
                && accepted.filter(encodings -> encodings.contains("gzip")).isPresent()) {
            return answer.header(HttpHeaders.CONTENT_ENCODING, "gzip").body(zipped);
        }
        return answer.body(content.plain());
    }

    private static ResponseEntity<byte[]> notBuilt() {
        return ResponseEntity.ok()
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .cacheControl(CacheControl.noStore())
                .body(NOT_BUILT.getBytes(StandardCharsets.UTF_8));
    }
}
