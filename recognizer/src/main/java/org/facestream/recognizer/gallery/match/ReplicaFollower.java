package org.facestream.recognizer.gallery.match;

import org.facestream.recognizer.gallery.contract.Reference;

/**
 * Follows the references that a replica uses, for who needs more of them than descriptor and
 * person. The thread that changes the replica calls it.
 */
interface ReplicaFollower {
  /** Needs nothing. */
  ReplicaFollower NONE =
      new ReplicaFollower() {
        @Override
        public void put(Reference reference) {}

        @Override
        public void removed(String faceId) {}

        @Override
        public void cleared() {}
      };

  /** A reference is added, or replaces the one of its face id. */
  void put(Reference reference);

  /** There is none of this face id, or none that can be used. */
  void removed(String faceId);

  /** The replica is read again from the beginning. */
  void cleared();
}
