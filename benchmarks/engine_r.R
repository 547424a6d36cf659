# R survey, timed on one task in a process of its own; prints one line of JSON.
# Arguments: task, CSV file, folder for the results, repetitions, indicators and breakdowns as text.
suppressMessages(library(survey))
a <- commandArgs(trailingOnly = TRUE)
columns <- strsplit(a[5], ",")[[1]]; breakdowns <- strsplit(a[6], ";", fixed = TRUE)[[1]]
deff <- a[7] == "deff"
peak <- function() as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
d <- read.csv(a[2])
s <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
before <- peak()
y <- as.formula(paste("~", paste(columns, collapse = "+")))
seconds <- c()
for (k in seq_len(as.integer(a[4]))) {
  start <- proc.time()[["elapsed"]]
  found <- lapply(breakdowns, function(by)
    if (by == "*") svymean(y, s, deff = deff)
    else svyby(y, as.formula(paste("~", gsub(",", "+", by))), s, svymean, deff = deff, keep.names = FALSE))
  seconds <- c(seconds, proc.time()[["elapsed"]] - start)
}
memory <- peak() - before
rows <- do.call(rbind, lapply(seq_along(found), function(i) {
  by <- breakdowns[i]
  if (by == "*") return(data.frame(indicator = columns, by = "", estimate = as.numeric(coef(found[[i]])), se = as.numeric(SE(found[[i]]))))
  g <- strsplit(by, ",")[[1]]
  domain <- apply(found[[i]][g], 1, function(v) paste(paste0(g, "=", trimws(v)), collapse = ";"))
  e <- as.matrix(found[[i]][columns]); se <- as.matrix(SE(found[[i]]))
  data.frame(indicator = rep(columns, each = length(domain)), by = rep(domain, length(columns)),
             estimate = as.vector(e), se = as.vector(se))
}))
write.csv(rows, file.path(a[3], "result.csv"), row.names = FALSE)
cat(sprintf('{"seconds": [%s], "mib": %.1f}\n', paste(sprintf("%.6f", seconds), collapse = ","), memory))
