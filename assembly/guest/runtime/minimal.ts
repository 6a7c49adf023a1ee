/**
 * Stands where asc looks for its own allocator and collector, so that the heap is ready before any other code of the program runs.
 */
import 'nothread/guest/heap';
