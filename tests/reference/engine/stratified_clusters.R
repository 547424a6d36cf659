# Makes a small two-level survey of our own and asks R's survey package for its numbers.
# Run from this folder: Rscript stratified_clusters.R
suppressMessages(library(survey))
set.seed(20181)
options(digits = 17, survey.lonely.psu = "fail")
rows <- list()
for (h in 1:6) for (i in 1:(3 + h %% 4)) {
  effect <- rnorm(1, 0, 0.6)
  size <- sample(3:9, 1)
  # stratum 6 lacks domain "c", so the domain's degrees of freedom are fewer
  rows[[length(rows) + 1]] <- data.frame(
    stratum = h, psu = i, psu_population = 40 + 10 * h, weight = round(exp(rnorm(size, 3 + h / 6, 0.5)), 3),
    income = round(exp(6 + effect + rnorm(size)), 2), members = sample(1:8, size, TRUE),
    displaced = as.integer(runif(size) < plogis(-1.5 + effect)),
    domain = sample(if (h == 6) c("a", "b") else c("a", "b", "c"), size, TRUE), sex = sample(1:2, size, TRUE))
}
data <- do.call(rbind, rows)
data$income[sample(nrow(data), 7)] <- NA
write.csv(data, "stratified_clusters.csv", row.names = FALSE, na = "")

out <- list()
keep <- function(quantity, domain, s, i = 1, low = NA, high = NA, df = NA, deff = NA, replaced = NA)
  out[[length(out) + 1]] <<- data.frame(quantity, domain, estimate = as.numeric(coef(s))[i], se = as.numeric(SE(s))[i],
                                        low, high, df, deff, replaced)
run <- function(name, d) {
  known <- subset(d, !is.na(income))
  for (where in c("_T", "a", "b", "c")) {
    one <- if (where == "_T") known else subset(known, domain == where)
    all <- if (where == "_T") d else subset(d, domain == where)
    m <- svymean(~income, one, deff = TRUE); r <- svymean(~income, one, deff = "replace")
    ci <- confint(m, df = degf(one))
    keep(paste0(name, ".mean"), where, m, 1, ci[1], ci[2], degf(one), as.numeric(deff(m)), as.numeric(deff(r)))
    t <- svytotal(~income, one)
    keep(paste0(name, ".total"), where, t)
    p <- svymean(~displaced, all, deff = TRUE); pr <- svymean(~displaced, all, deff = "replace")
    ci <- svyciprop(~displaced, all, method = "logit", df = degf(all))
    keep(paste0(name, ".proportion"), where, p, 1, attr(ci, "ci")[1], attr(ci, "ci")[2], degf(all),
         as.numeric(deff(p)), as.numeric(deff(pr)))
    q <- svyratio(~income, ~members, one, deff = TRUE); qr <- svyratio(~income, ~members, one, deff = "replace")
    keep(paste0(name, ".ratio"), where, q, 1, NA, NA, degf(one), as.numeric(deff(q)), as.numeric(deff(qr)))
    # the count of a domain is the total of its indicator over the whole sample
    d$variables$here <- as.numeric(d$variables$displaced == 1 & (where == "_T" | d$variables$domain == where))
    k <- svytotal(~here, d, deff = TRUE); kr <- svytotal(~here, d, deff = "replace")
    keep(paste0(name, ".count"), where, k, 1, NA, NA, NA, as.numeric(deff(k)), as.numeric(deff(kr)))
  }
  for (where in c("_T", "a", "b", "c")) {
    all <- if (where == "_T") d else subset(d, domain == where)
    ci <- svyciprop(~displaced, all, method = "beta", df = degf(all))
    # R takes the rows of the whole design for n; ours are the rows of the domain: only the whole compares
    if (where == "_T") keep(paste0(name, ".korn_graubard"), where, svymean(~displaced, all), 1,
                            attr(ci, "ci")[1], attr(ci, "ci")[2], degf(all))
  }
}
run("replacement", svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = data, nest = TRUE))
run("fpc", svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~psu_population, data = data, nest = TRUE))
result <- do.call(rbind, out)
header <- sprintf("# %s, survey %s, script stratified_clusters.R, seed 20181", R.version.string, packageVersion("survey"))
con <- file("stratified_clusters.expected.csv", "w")
writeLines(header, con)
for (column in c("estimate", "se", "low", "high", "deff", "replaced"))
  result[[column]] <- ifelse(is.na(result[[column]]), "", sprintf("%.17g", result[[column]]))
write.csv(result, con, row.names = FALSE, na = "", quote = FALSE)
close(con)
