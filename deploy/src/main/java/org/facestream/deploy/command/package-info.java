/** What all subcommands share: their options, how they reach Kafka, and how they report errors. */
package org.facestream.deploy.command;
