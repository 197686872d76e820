package org.maintenancemanager.web.admin;

import java.util.UUID;
import org.maintenancemanager.api.admin.InitialPassword;
import org.maintenancemanager.api.admin.NewPerson;
import org.maintenancemanager.api.admin.Person;
import org.maintenancemanager.api.admin.Session;
import org.maintenancemanager.core.access.People;
import org.maintenancemanager.core.access.Sessions;
import org.maintenancemanager.core.query.ListRequest;
import org.maintenancemanager.core.query.Page;
import org.maintenancemanager.web.rest.Answers;
import org.maintenancemanager.web.rest.IfMatch;
import org.maintenancemanager.web.rest.JsonBody;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Who may log in, with which roles, and who is logged in. */
@RestController
@RequestMapping("/api/v1")
class PersonResource {
    private final People people;
    private final Sessions sessions;

    PersonResource(People people, Sessions sessions) {
        this.people = people;
        this.sessions = sessions;
    }

    @GetMapping("/people")
    Page<Person> list(ListRequest request) {
        return people.list(request);
    }

    @GetMapping("/people/{id}")
    ResponseEntity<Person> get(@PathVariable UUID id) {
        return answer(people.load(id));
    }

    @PostMapping("/people")
    ResponseEntity<Object> create(JsonBody body) {
        return Answers.created(body, NewPerson.class, people::create, "/api/v1/people", InitialPassword::id);
    }

    @PatchMapping(
            path = "/people/{id}",
            consumes = {"application/merge-patch+json", "application/json"})
    ResponseEntity<Person> change(@PathVariable UUID id, IfMatch ifMatch, JsonBody body) {
        return answer(people.change(id, ifMatch.version(), body::mergedInto));
    }

    @DeleteMapping("/people/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, IfMatch ifMatch) {
        people.delete(id, ifMatch.version());
    }

    @PostMapping("/people/{id}:resetPassword")
    InitialPassword resetPassword(@PathVariable UUID id) {
        return people.resetPassword(id);
    }

    @GetMapping("/sessions")
    Page<Session> sessions(ListRequest request) {
        return sessions.list(request);
    }

    @DeleteMapping("/sessions/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void endSession(@PathVariable UUID id) {
        sessions.end(id);
    }

    private static ResponseEntity<Person> answer(Person person) {
        return Answers.of(person, person.revision());
    }
}
