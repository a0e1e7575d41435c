package dev.parley.worker.engine;

/** Names a lane within the process. */
record LaneKey(String tenant, String lane) {}
