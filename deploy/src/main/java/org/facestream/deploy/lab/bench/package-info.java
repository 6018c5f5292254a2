/** Measurements that a user can repeat: how fast this machine is, and against what. */
package org.facestream.deploy.lab.bench;
