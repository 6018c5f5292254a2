/** What all subcommands share: their options, how they reach Kafka, and how they report errors. */
@NullMarked
package org.facestream.deploy.command;

import org.jspecify.annotations.NullMarked;
