package dev.parley.ingest.messages;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.jobs.JobView;
import dev.parley.ingest.sessions.SessionView;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.Job;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore;

/** A message's answer: its job as it ended, the response when there is one, and the session. */
record Replies(SessionStore sessions) {

  ObjectNode render(Job job, SessionKey key) {
    ObjectNode view = JobView.render(job);
    ObjectNode body = JobView.wrap(view);
    if (view.has("response")) {
      body.set("response", view.get("response"));
    }
    Session session = sessions.find(key);
    if (session != null) {
      body.set("session", SessionView.render(session));
    }
    return body;
  }
}
