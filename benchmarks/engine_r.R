# R survey, timed on one task in a process of its own; prints one line of JSON.
# Arguments: task, CSV file, folder for the results, repetitions, indicators and breakdowns as text.
suppressMessages(library(survey))
a <- commandArgs(trailingOnly = TRUE)
columns <- strsplit(a[5], ",")[[1]]; breakdowns <- strsplit(a[6], ";", fixed = TRUE)[[1]]
what <- a[7]; replicates <- as.integer(a[8]); extra <- if (length(a) > 8) strsplit(a[9], ",")[[1]] else c()
deff <- FALSE
peak <- function() as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
d <- read.csv(a[2])
s <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
distances <- c("rake", "linear", "logit", "truncated")
if (what %in% distances) {
  # The totals of the other engine: the sample's own, moved by a few percent and equal in sum.
  d$department <- factor(d$department); d$area <- factor(d$area)
  d$sex_age <- factor(d$sex * 8 + d$age, levels = 0:15)
  known <- function(f) {
    own <- tapply(d$weight, f, sum); moved <- own * (1 + 0.05 * ((seq_along(own) - 1) %% 3 - 1))
    moved * sum(d$weight) / sum(moved)
  }
  margins <- lapply(list(department = d$department, sex_age = d$sex_age, area = d$area), known)
  s <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
}
probabilities <- c(0.1, 0.25, 0.5, 0.75, 0.9)
bounded <- function(distance) calibrate(s, ~department + sex_age + area, c(sum(d$weight), margins$department[-1],
  margins$sex_age[-1], margins$area[-1]), calfun = distance, bounds = c(0.8, 1.3), epsilon = 1e-12, maxit = 200)
special <- function() switch(what,
  logit = bounded("logit"), truncated = bounded("linear"),
  rake = rake(s, list(~department, ~sex_age, ~area), lapply(names(margins), function(m)
    setNames(data.frame(names(margins[[m]]), as.numeric(margins[[m]])), c(m, "Freq"))),
    control = list(maxit = 1000, epsilon = 1e-12)),
  linear = calibrate(s, ~department + sex_age + area, c(sum(d$weight), margins$department[-1],
    margins$sex_age[-1], margins$area[-1]), calfun = "linear"),
  quantiles = svyby(~income, ~department, s, svyquantile, quantiles = probabilities, ci = TRUE, keep.names = FALSE),
  logistic = svyglm(as.formula(paste(columns, "~", paste(extra, collapse = "+"))), s, family = quasibinomial(),
                    control = list(epsilon = 1e-14, maxit = 50)))
before <- peak()
y <- as.formula(paste("~", paste(columns, collapse = "+")))
seconds <- c(); processor <- c()
for (k in seq_len(as.integer(a[4]))) {
  start <- proc.time()
  found <- if (what != "plan") special() else {
    s2 <- if (replicates > 0) as.svrepdesign(s, type = "subbootstrap", replicates = replicates) else s
    lapply(breakdowns, function(by)
      if (by == "*") svymean(y, s2, deff = deff)
      else svyby(y, as.formula(paste("~", gsub(",", "+", by))), s2, svymean, deff = deff, keep.names = FALSE))
  }
  took <- proc.time() - start
  seconds <- c(seconds, took[["elapsed"]]); processor <- c(processor, took[["user.self"]] + took[["sys.self"]])
}
memory <- peak() - before
rows <- if (what %in% distances) {
  total <- tapply(weights(found) * d$income, d$department, sum)
  data.frame(indicator = paste0("income|", names(total)), by = "", estimate = as.numeric(total), se = 0)
} else if (what == "logistic") {
  data.frame(indicator = sub("(Intercept)", "const", names(coef(found)), fixed = TRUE), by = "",
             estimate = as.numeric(coef(found)), se = as.numeric(SE(found)))
} else if (what == "quantiles") {
  e <- as.matrix(coef(found)); data.frame(indicator = as.vector(t(outer(found$department, probabilities,
    function(k, p) paste0(p, "|", k)))), by = "", estimate = as.vector(t(matrix(coef(found), nrow(found)))),
    se = as.vector(t(as.matrix(SE(found)))))
} else do.call(rbind, lapply(seq_along(found), function(i) {
  by <- breakdowns[i]
  if (by == "*") return(data.frame(indicator = columns, by = "", estimate = as.numeric(coef(found[[i]])), se = as.numeric(SE(found[[i]]))))
  g <- strsplit(by, ",")[[1]]
  domain <- apply(found[[i]][g], 1, function(v) paste(paste0(g, "=", trimws(v)), collapse = ";"))
  e <- as.matrix(found[[i]][columns]); se <- as.matrix(SE(found[[i]]))
  data.frame(indicator = rep(columns, each = length(domain)), by = rep(domain, length(columns)),
             estimate = as.vector(e), se = as.vector(se))
}))
write.csv(rows, file.path(a[3], "result.csv"), row.names = FALSE)
told <- function(x) paste(sprintf("%.6f", x), collapse = ",")
cat(sprintf('{"seconds": [%s], "processor": [%s], "mib": %.1f}\n', told(seconds), told(processor), memory))
