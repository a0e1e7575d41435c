package dev.parley.storage.redis;

import dev.parley.storage.Session;

/** Tells one state of a session from all others, of earlier incarnations too. */
record Version(long incarnation, long change) {

  static Version first(Session session) {
    return new Version(session.incarnation(), 0);
  }

  static Version of(String text) {
    int dot = text.indexOf('.');
    return new Version(
        Long.parseLong(text.substring(0, dot)), Long.parseLong(text.substring(dot + 1)));
  }

  Version next() {
    return new Version(incarnation, change + 1);
  }

  String text() {
    return incarnation + "." + change;
  }
}
