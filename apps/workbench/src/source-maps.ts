/** Before anything else is loaded: what is recorded names lines of the sources, also where the compiled files run. */
process.setSourceMapsEnabled(true);
